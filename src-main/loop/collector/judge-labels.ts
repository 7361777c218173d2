/** Decides what a picture takes of the labels that an import brings, beside what it shows already. */
import type { Annotation, BoxGeometry } from '../../../src-preload/contract/annotation.ts';
import type { BoxId } from '../../../src-preload/contract/ids.ts';
import type { FormatBox } from '../../formats/picture-record.ts';
import type { ImportedPicture } from './import-job.ts';

/** What a picture takes over. */
export interface TakenLabels {
  readonly state: 'labelled' | 'predicted';
  /** Null: its own class stays as it is. */
  readonly className: string | null;
  readonly boxes: readonly FormatBox[];
  /** Predicted boxes that these take the place of. */
  readonly replaced: readonly BoxId[];
}

export interface LabelOutcome {
  /** Null: nothing. */
  readonly given: TakenLabels | null;
  /** What the import says otherwise than the station; null where they agree. */
  readonly conflict: string | null;
}

const untouched: LabelOutcome = { given: null, conflict: null };

/** A class and boxes are judged apart: an import of boxes adds to pictures that have a class. */
export function judgeLabels(
  { className, labels }: Pick<ImportedPicture, 'className' | 'labels'>,
  current: Annotation,
): LabelOutcome {
  const { state, boxes } = labels;
  if (state === 'predicted') return judgePrediction(className, boxes ?? [], current);
  if (className === null && boxes === null) return untouched;
  const conflicts = [findClassConflict(className, current), findBoxConflict(boxes, current)];
  const takesClass = className !== null && current.className === null;
  const takesBoxes = boxes !== null && isOpenToBoxes(current);
  const conflict = conflicts.filter((reason) => reason !== undefined).join('; ');
  if (!takesClass && !takesBoxes) return { given: null, conflict: conflict || null };
  const given: TakenLabels = {
    state: 'labelled',
    className: takesClass ? className : null,
    boxes: takesBoxes ? boxes : [],
    replaced: takesBoxes ? current.boxes.map(({ id }) => id) : [],
  };
  return { given, conflict: conflict || null };
}

/** A suggestion is of use where there is nothing yet. */
function judgePrediction(
  className: string | null,
  boxes: readonly FormatBox[],
  current: Annotation,
): LabelOutcome {
  if (current.state !== 'none' || current.className !== null || current.boxes.length > 0) return untouched;
  return { given: { state: 'predicted', className, boxes, replaced: [] }, conflict: null };
}

function findClassConflict(className: string | null, current: Annotation): string | undefined {
  if (className === null || current.className === null || current.className === className) return undefined;
  return `the station has this picture already, as ${current.className}: it keeps that class and does not become ${className}`;
}

/** Suggestions give way, and so does a picture of which only the class has been said. */
function isOpenToBoxes(current: Annotation): boolean {
  if (current.state === 'predicted' || current.state === 'none') return true;
  return current.boxes.length === 0 && (current.state !== 'labelled' || current.className !== null);
}

function findBoxConflict(boxes: readonly FormatBox[] | null, current: Annotation): string | undefined {
  if (boxes === null || isOpenToBoxes(current) || showTheSame(boxes, current.boxes)) return undefined;
  return `the station has this picture already, with ${tell(current.boxes)}: it keeps them, and the import's ${tell(boxes)} are left out`;
}

function tell(boxes: readonly unknown[]): string {
  return boxes.length === 1 ? '1 box' : `${boxes.length} boxes`;
}

/** What decimals that were rounded differ by, in pixels. */
const tolerancePixels = 0.01;

type ClassedBox = BoxGeometry & { readonly className: string };

/** In whatever order. */
function showTheSame(first: readonly ClassedBox[], second: readonly ClassedBox[]): boolean {
  if (first.length !== second.length) return false;
  const left = [...second];
  return first.every((box) => {
    const index = left.findIndex((other) => isSame(box, other));
    if (index !== -1) left.splice(index, 1);
    return index !== -1;
  });
}

function isSame(first: ClassedBox, second: ClassedBox): boolean {
  if (first.className !== second.className) return false;
  const keys = ['x', 'y', 'width', 'height'] as const;
  return keys.every((key) => Math.abs(first[key] - second[key]) <= tolerancePixels);
}
