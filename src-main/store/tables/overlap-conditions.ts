/** Which pictures several annotators answer, as conditions of SQL. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';

/**
 * The draw is the end of a picture's hash, below which hashes lie evenly: a larger share holds all pictures of a smaller
 * one, whenever it is set.
 * @param share 0 to 1
 */
export function toOverlapBound(share: number): string {
  return share >= 1 ? 'g' : hexOf(Math.floor(share * 2 ** 32));
}

export function isDrawn(imageHash: ImageHash, share: number): boolean {
  return imageHash.slice(-8) < toOverlapBound(share);
}

/** A person has labelled the picture since the last answer to it, by hand or by consensus, and has not taken that back. */
export function isDecided(hash: string): string {
  return `EXISTS (SELECT 1 FROM annotation_revision AS decision JOIN annotation_step AS edit ON edit.id = decision.step_id
    WHERE decision.image_hash = ${hash} AND edit.kind = 'edit' AND edit.source = 'human'
      AND edit.created_at > (SELECT max(answer.created_at) FROM opinion
        JOIN opinion_revision AS answer ON answer.id = opinion.revision_id WHERE opinion.image_hash = ${hash})
      AND NOT EXISTS (SELECT 1 FROM annotation_step AS undo WHERE undo.reverts = edit.id AND NOT EXISTS (
        SELECT 1 FROM annotation_step AS redo WHERE redo.reverts = undo.id)))`;
}

/**
 * Of a labelled picture, a row of `image_label`: whether `:annotator` answers it all the same. A person has labelled it,
 * and it is drawn and was another's work, or the annotator has begun an answer; nobody has decided since.
 */
export const isOpenAgain = `(EXISTS (
  SELECT 1 FROM annotation_revision AS label JOIN annotation_step AS labelling ON labelling.id = label.step_id
  WHERE label.id = image_label.revision_id AND labelling.source = 'human' AND (
    (labelling.author <> :annotator AND substr(image_label.image_hash, -8) < :overlapBound)
    OR EXISTS (SELECT 1 FROM opinion WHERE opinion.image_hash = image_label.image_hash
      AND opinion.annotator = :annotator AND opinion.revision_id IS NOT NULL))
) AND NOT ${isDecided('image_label.image_hash')})`;

function hexOf(value: number): string {
  return value.toString(16).padStart(8, '0');
}
