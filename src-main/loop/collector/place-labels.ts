/** Holds what a label file says against the picture as it is. */
import type { PictureRecord } from '../../formats/picture-record.ts';
import { findSizeMismatch, placeBoxes } from '../../formats/place-boxes.ts';
import type { ImportedLabels } from './import-job.ts';

const nothing: ImportedLabels = {
  state: 'none',
  boxes: null,
  clipped: 0,
  model: null,
  faults: [],
  problem: null,
};

/** @param size of the upright picture, in pixels */
export function placeLabels(
  record: PictureRecord | null,
  size: { readonly width: number; readonly height: number },
): ImportedLabels & { readonly tag: string | null } {
  if (record === null || record.state === 'none') return { ...nothing, tag: null };
  const mismatch = findSizeMismatch(record, size);
  if (mismatch !== undefined)
    return { ...nothing, tag: null, problem: { code: 'IMAGE_SIZE_MISMATCH', reason: mismatch } };
  const { boxes, clipped, faults } = placeBoxes(record, size);
  const saysNothing = record.tag !== null && record.boxes.length === 0;
  return {
    tag: record.tag,
    state: record.state,
    boxes: saysNothing ? null : boxes,
    clipped,
    model: record.model,
    faults: faults.map((fault) => ({ path: record.recordPath, ...fault })),
    problem: null,
  };
}
