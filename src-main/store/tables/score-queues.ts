/** Which queues a picture's score puts it into: follows the picture's revisions, and every change of what is told of it. */
import type { AnnotationState } from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

/** The picture has a new revision: whether it waits, and whether its label is to be judged, changes with it. */
export interface FollowedLabel {
  readonly state: AnnotationState;
  /** Whose step it is, where a person has edited or redone: of a label that is judged already, that settles it. */
  readonly editedBy: string | null;
  readonly at: number;
}

/** To be called in the transaction that writes the revision. */
export function followLabel(
  db: Database,
  imageHash: ImageHash,
  { state, editedBy, at }: FollowedLabel,
): void {
  const { changes } = db.run(
    `UPDATE picture_score SET
       decided_at = CASE WHEN :isEdited AND state = 'labelled' AND suspicion IS NOT NULL THEN :at END,
       decided_by = CASE WHEN :isEdited AND state = 'labelled' AND suspicion IS NOT NULL THEN :editedBy END,
       is_stale = :isLabelled, state = :state
     WHERE image_hash = :imageHash`,
    {
      ...{ imageHash, state, at, editedBy },
      isEdited: Number(editedBy !== null && state === 'labelled'),
      isLabelled: Number(state === 'labelled'),
    },
  );
  if (changes > 0) placeInQueues(db, imageHash);
}

/** Follows every change of what the queues are told from. */
export function placeInQueues(db: Database, imageHash: ImageHash): void {
  db.run(
    `UPDATE picture_score SET is_open = state IN ('none','draft','predicted'),
       is_suspect = state = 'labelled' AND decided_at IS NULL AND is_strong = 1,
       is_disputed = state = 'labelled' AND decided_at IS NULL AND differs = 1
     WHERE image_hash = ?`,
    [imageHash],
  );
}
