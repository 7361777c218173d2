/** Which pictures a quality check strikes, and which are set aside, as conditions of SQL. */
import type { ImageFilter } from '../../../src-preload/contract/image.ts';
import type { QualityKind, QualityThresholds } from '../../../src-preload/contract/quality-check.ts';
import type { ReadableDatabase } from '../connection.ts';
import { readSettings } from './settings.ts';

export interface QualityMembership {
  readonly table: 'picture_quality' | 'label_measure' | 'set_aside';
  readonly condition: string;
  readonly isNegated?: boolean;
}

export interface QualityConditions {
  readonly memberships: readonly QualityMembership[];
  readonly columns: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
}

interface Check {
  /** Null: a condition on the picture's own columns. */
  readonly table: 'picture_quality' | 'label_measure' | null;
  readonly condition: string;
  readonly parameters: (thresholds: QualityThresholds) => Readonly<Record<string, number>>;
}

const checks = {
  blurred: {
    table: 'picture_quality',
    condition: 'sharpness < :sharpness',
    parameters: ({ sharpness }) => ({ sharpness }),
  },
  dark: {
    table: 'picture_quality',
    condition: 'brightness < :brightness',
    parameters: ({ brightness }) => ({ brightness }),
  },
  overExposed: {
    table: 'picture_quality',
    condition: 'clipped > :clipped',
    parameters: ({ clipped }) => ({ clipped }),
  },
  tooSmall: {
    table: null,
    condition: 'min(image.width, image.height) < :pictureSide',
    parameters: ({ pictureSide }) => ({ pictureSide }),
  },
  tinyBox: {
    table: 'label_measure',
    condition: 'shortest_side < :boxSide',
    parameters: ({ boxSide }) => ({ boxSide }),
  },
  hugeBox: {
    table: 'label_measure',
    condition: 'largest_share > :boxShare',
    parameters: ({ boxShare }) => ({ boxShare }),
  },
  duplicateBox: {
    table: 'label_measure',
    condition: 'highest_overlap >= :sameBox',
    parameters: ({ sameBox }) => ({ sameBox }),
  },
  overlappingBox: {
    table: 'label_measure',
    condition: 'highest_overlap >= :overlap AND highest_overlap < :sameBox',
    parameters: ({ overlap, sameBox }) => ({ overlap, sameBox }),
  },
  borderBox: { table: 'label_measure', condition: 'border_boxes > 0', parameters: () => ({}) },
  changedOften: {
    table: 'label_measure',
    condition: 'class_changes >= :classChanges',
    parameters: ({ classChanges }) => ({ classChanges }),
  },
} as const satisfies Record<QualityKind, Check>;

export function toQualityConditions(
  db: ReadableDatabase,
  { quality, ...filter }: ImageFilter,
): QualityConditions {
  const check: Check | undefined = quality && checks[quality];
  const aside = toSetAside(db, filter);
  return {
    memberships: [
      ...(check?.table ? [{ table: check.table, condition: check.condition }] : []),
      ...(aside ? [aside] : []),
    ],
    columns: check?.table === null ? [check.condition] : [],
    parameters: check?.parameters(readSettings(db).quality) ?? {},
  };
}

/** What is set aside is left out where nothing else is asked for; frozen sets of pictures stay whole. */
function toSetAside(
  db: ReadableDatabase,
  { setAside, dataset, confusion, detectionError }: Omit<ImageFilter, 'quality'>,
): QualityMembership | undefined {
  if (setAside) return { table: 'set_aside', condition: 'TRUE' };
  const isFrozen = dataset !== undefined || confusion !== undefined || detectionError !== undefined;
  if (isFrozen || !hasSetAside(db)) return undefined;
  return { table: 'set_aside', condition: 'TRUE', isNegated: true };
}

export function hasSetAside(db: ReadableDatabase): boolean {
  return db.get('SELECT 1 FROM set_aside LIMIT 1') !== undefined;
}
