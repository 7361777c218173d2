/** Holds what a label file says against the picture as it is. */
import type { PictureRecord } from '../../formats/picture-record.ts';
import { findSizeMismatch, placeBoxes } from '../../formats/place-boxes.ts';
import { type OrientedPicture, turnUpright } from '../../formats/turn-upright.ts';
import type { ImportedLabels } from './import-job.ts';

const nothing: ImportedLabels = {
  state: 'none',
  boxes: null,
  clipped: 0,
  model: null,
  faults: [],
  problem: null,
};

/** @param picture upright, in pixels */
export function placeLabels(
  written: PictureRecord | null,
  picture: OrientedPicture,
): ImportedLabels & { readonly tag: string | null } {
  if (written === null || written.state === 'none') return { ...nothing, tag: null };
  const record = turnUpright(written, picture);
  const mismatch = findSizeMismatch(record, picture);
  if (mismatch !== undefined)
    return { ...nothing, tag: null, problem: { code: 'IMAGE_SIZE_MISMATCH', reason: mismatch } };
  const { boxes, clipped, faults } = placeBoxes(record, picture);
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
