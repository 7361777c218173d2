/** Labelling by models, and what persons made of it since. */
import type { AutoLabelId, ImageHash, JobId } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';

export interface AutoLabelRecord {
  readonly id: AutoLabelId;
  readonly jobId: JobId;
  readonly model: string;
  readonly acceptFrom: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly pictures: number;
  readonly accepted: number;
  readonly waiting: number;
  readonly audited: number;
  /** Audited pictures that a person has decided. */
  readonly reviewed: number;
  /** Of the reviewed those that are rejected, or are no longer what the model said. */
  readonly wrong: number;
}

export type AutoLabelOutcome = 'accepted' | 'waiting' | 'audited' | 'left';

export interface AutoLabelPicture {
  readonly imageHash: ImageHash;
  readonly revisionId: number | null;
  readonly outcome: AutoLabelOutcome;
}

export function createAutoLabelsTable(db: Database) {
  const list = (condition: string, parameters: Record<string, string | number>): AutoLabelRecord[] =>
    db.all<AutoLabelRecord>(`${selectRecords} ${condition}`, parameters);
  return {
    find: (id: AutoLabelId): AutoLabelRecord | undefined => list('WHERE auto_label.id = :id', { id })[0],
    /** Newest first. */
    list: (limit: number): AutoLabelRecord[] =>
      list('ORDER BY auto_label.started_at DESC, auto_label.id DESC LIMIT :limit', { limit }),
    insert(made: Pick<AutoLabelRecord, 'id' | 'jobId' | 'model' | 'acceptFrom' | 'startedAt'>): void {
      db.run(
        `INSERT INTO auto_label (id, job_id, model, accept_from, started_at)
         VALUES (:id, :jobId, :model, :acceptFrom, :startedAt)`,
        { ...made },
      );
    },
    /** Pictures that are known already are left as they are: an interrupted job tells some twice. */
    insertPictures(id: AutoLabelId, pictures: readonly AutoLabelPicture[]): void {
      for (const { imageHash, revisionId, outcome } of pictures) {
        db.run(
          `INSERT INTO auto_label_picture (auto_label_id, image_hash, revision_id, outcome) VALUES (?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
          [id, imageHash, revisionId, outcome],
        );
      }
    },
    listDone: (id: AutoLabelId): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>(
          'SELECT image_hash AS imageHash FROM auto_label_picture WHERE auto_label_id = ?',
          [id],
        )
        .map(({ imageHash }) => imageHash),
    end(id: AutoLabelId, at: number): void {
      db.run('UPDATE auto_label SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [at, id]);
    },
  };
}

/** A person has decided: the state is theirs, whether a box was moved or nothing was. */
const isReviewed = `label.state IN ('labelled','rejected') AND label.revision_id > picture.revision_id`;

const isChanged = `(label.state = 'rejected'
  OR label.class_id IS NOT (SELECT class_id FROM annotation_revision WHERE id = picture.revision_id)
  OR EXISTS (SELECT 1 FROM annotation_box AS box WHERE box.image_hash = picture.image_hash
    AND (box.from_revision > picture.revision_id OR box.until_revision > picture.revision_id)))`;

const count = (condition: string) =>
  `(SELECT count(*) FROM auto_label_picture AS picture
    LEFT JOIN image_label AS label ON label.image_hash = picture.image_hash
    WHERE picture.auto_label_id = auto_label.id AND ${condition})`;

const selectRecords = `
  SELECT id, job_id AS jobId, model, accept_from AS acceptFrom, started_at AS startedAt, ended_at AS endedAt,
    ${count('TRUE')} AS pictures, ${count(`outcome = 'accepted'`)} AS accepted,
    ${count(`outcome = 'waiting'`)} AS waiting, ${count(`outcome = 'audited'`)} AS audited,
    ${count(`outcome = 'audited' AND ${isReviewed}`)} AS reviewed,
    ${count(`outcome = 'audited' AND ${isReviewed} AND ${isChanged}`)} AS wrong
  FROM auto_label`;
