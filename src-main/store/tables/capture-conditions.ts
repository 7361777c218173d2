/** Camera, time, certainty, annotator and chosen pictures as conditions of SQL. */
import type { SelectionId } from '../../../src-preload/contract/ids.ts';
import type { ImageFilter } from '../../../src-preload/contract/image.ts';
import { AppError } from '../../base/app-error.ts';
import type { ReadableDatabase } from '../connection.ts';
import type { Conditions, Membership } from './image-where.ts';

/** @throws {AppError} NOT_FOUND for a selection that is not kept */
export function toCaptureConditions(db: ReadableDatabase, filter: ImageFilter): Conditions {
  const { camera, takenFrom, takenUntil, certaintyFrom, certaintyTo, annotator, selection } = filter;
  if (selection !== undefined) assertKept(db, selection);
  return {
    memberships: toMemberships(filter),
    columns: [
      ...(camera === undefined ? [] : [camera === null ? 'image.camera IS NULL' : 'image.camera = :camera']),
      ...(takenFrom === undefined ? [] : ['image.taken_at >= :takenFrom']),
      ...(takenUntil === undefined ? [] : ['image.taken_at < :takenUntil']),
    ],
    parameters: {
      ...(camera != null && { camera }),
      ...(takenFrom !== undefined && { takenFrom }),
      ...(takenUntil !== undefined && { takenUntil }),
      ...(certaintyFrom !== undefined && { certaintyFrom }),
      ...(certaintyTo !== undefined && { certaintyTo }),
      ...(annotator !== undefined && { labelledBy: annotator }),
      ...(selection !== undefined && { selection }),
    },
  };
}

function toMemberships({ certaintyFrom, certaintyTo, annotator, selection }: ImageFilter): Membership[] {
  const certainty = [
    ...(certaintyFrom === undefined ? [] : ['certainty >= :certaintyFrom']),
    ...(certaintyTo === undefined ? [] : ['certainty <= :certaintyTo']),
  ].join(' AND ');
  return [
    ...(certainty === '' ? [] : [{ table: 'image_label', condition: certainty } as const]),
    ...(annotator === undefined
      ? []
      : [{ table: 'image_label', condition: `author = :labelledBy AND state = 'labelled'` } as const]),
    ...(selection === undefined
      ? []
      : [{ table: 'selection_picture', condition: 'selection_id = :selection' } as const]),
  ];
}

function assertKept(db: ReadableDatabase, selection: SelectionId): void {
  if (db.get('SELECT 1 FROM selection WHERE id = ?', [selection])) return;
  throw new AppError(
    'NOT_FOUND',
    `the selection ${selection} is no longer kept: choose the pictures again, the last fifty selections stay`,
    { data: { selection } },
  );
}
