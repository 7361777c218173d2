/** Labels held against what models said of their pictures, and how sure models usually are of each class. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { PictureScore } from '../../../src-preload/contract/queue.ts';
import type { Database, ReadableDatabase } from '../connection.ts';
import { type Prediction, readPrediction } from './predictions.ts';
import { placeInQueues } from './score-queues.ts';

/** A label with what the model says of its picture. */
export interface LabelToJudge {
  readonly imageHash: ImageHash;
  readonly className: string | null;
  readonly boxes: readonly LabelledBox[];
  readonly prediction: Prediction;
  /** How sure models are of the class that this one says, on average of pictures labelled so; null where none is. */
  readonly usualConfidence: number | null;
}

interface LabelledBox {
  readonly id: string;
  readonly className: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelVerdict {
  readonly imageHash: ImageHash;
  /** Null where the model can not judge the label. */
  readonly suspicion: number | null;
  /** Of a classifier: what the label says, what the model says, and how sure it is of that. */
  readonly given: string | null;
  readonly top: string | null;
  readonly topProbability: number | null;
  /** Whether the model says anything else than the label. */
  readonly differs: boolean;
  readonly isStrong: boolean;
  readonly issues: NonNullable<PictureScore['judgement']>['issues'];
}

export function createLabelJudgementsTable(db: Database) {
  return {
    /** Labels that are to be judged, or judged again. */
    listStale: (): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>('SELECT image_hash AS imageHash FROM picture_score WHERE is_stale = 1')
        .map(({ imageHash }) => imageHash),
    /** Of the pictures those that are labelled. */
    readLabels: (imageHashes: readonly ImageHash[]): LabelToJudge[] => readLabels(db, imageHashes),
    putVerdicts(verdicts: readonly LabelVerdict[]): void {
      for (const verdict of verdicts) putVerdict(db, verdict);
    },
    /**
     * The usual confidences of classes, and which labels are suspect by them. Only labels that nobody has decided: a
     * decided one is judged again when its decision is taken back.
     */
    refreshConfidences(): void {
      db.run('DELETE FROM class_confidence');
      db.run(
        `INSERT INTO class_confidence (class_id, confidence)
         SELECT given_class_id, avg(1 - suspicion) FROM picture_score
         WHERE state = 'labelled' AND given_class_id IS NOT NULL GROUP BY given_class_id`,
      );
      const isStrong = `(top_probability >= coalesce(
        (SELECT confidence FROM class_confidence WHERE class_id = top_class_id), ${unknownConfidence}) - ${meanError})`;
      db.run(
        `UPDATE picture_score SET is_strong = ${isStrong}, is_suspect = ${isStrong}
         WHERE is_disputed = 1 AND given_class_id IS NOT NULL`,
      );
    },
  };
}

/** Asked of a class that no picture is labelled as: more likely than all others together. */
const unknownConfidence = 0.5;
/** A mean of equal values may come out a little above them. */
const meanError = 1e-9;

/** Whether a class is said as surely as it usually is. @param usual null: no picture is labelled so */
export function isSaidSurely(probability: number, usual: number | null): boolean {
  return probability >= (usual ?? unknownConfidence) - meanError;
}

const isAsked = 'IN (SELECT value FROM json_each(:imageHashes))';

function readLabels(db: ReadableDatabase, imageHashes: readonly ImageHash[]): LabelToJudge[] {
  const asked = { imageHashes: JSON.stringify(imageHashes) };
  const labels = db.all<{ imageHash: ImageHash; className: string | null; prediction: string }>(
    `SELECT image_hash AS imageHash, class.name AS className, prediction
     FROM picture_prediction JOIN image_label USING (image_hash) LEFT JOIN class ON class.id = class_id
     WHERE image_label.state = 'labelled' AND image_hash ${isAsked}`,
    asked,
  );
  const boxes = db.all<LabelledBox & { imageHash: ImageHash }>(
    `SELECT image_hash AS imageHash, box_id AS id, class.name AS className, x, y, width, height
     FROM annotation_box JOIN class ON class.id = class_id WHERE until_revision IS NULL AND image_hash ${isAsked}`,
    asked,
  );
  const boxesOf = Map.groupBy(boxes, ({ imageHash }) => imageHash);
  const confidences = new Map(
    db
      .all<{ name: string; confidence: number }>(
        'SELECT name, confidence FROM class_confidence JOIN class ON class.id = class_id',
      )
      .map(({ name, confidence }) => [name, confidence]),
  );
  return labels.map(({ imageHash, className, ...row }) => {
    const prediction = readPrediction(row.prediction);
    const usualConfidence = confidences.get(prediction.classes[0]?.className ?? '') ?? null;
    return { imageHash, className, boxes: boxesOf.get(imageHash) ?? [], prediction, usualConfidence };
  });
}

function putVerdict(db: Database, verdict: LabelVerdict): void {
  const { imageHash, suspicion, given, top, topProbability, differs, isStrong, issues } = verdict;
  db.run(
    `UPDATE picture_score SET is_stale = 0, suspicion = :suspicion, top_probability = :topProbability,
       given_class_id = (SELECT id FROM class WHERE name = :given),
       top_class_id = (SELECT id FROM class WHERE name = :top), differs = :differs, is_strong = :isStrong
     WHERE image_hash = :imageHash`,
    {
      ...{ imageHash, suspicion, given, top, topProbability },
      ...{ differs: Number(differs), isStrong: Number(isStrong) },
    },
  );
  db.run('UPDATE picture_prediction SET issues = ? WHERE image_hash = ?', [
    JSON.stringify(issues),
    imageHash,
  ]);
  placeInQueues(db, imageHash);
}
