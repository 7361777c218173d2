/** What models said of pictures the last time one looked at them, and what became of the labels that they doubt. */
import { z } from 'zod';
import type { AnnotationState } from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import {
  type Exposure,
  labelIssueSchema,
  type PictureScore,
  pictureScoreSchema,
} from '../../../src-preload/contract/queue.ts';
import type { UncertaintyMeasure } from '../../../src-preload/contract/queue-order.ts';
import type { Database, ReadableDatabase } from '../connection.ts';

/** What a model says of a picture. */
export interface Prediction {
  /** The likeliest first; none of a detector. */
  readonly classes: readonly { readonly className: string; readonly probability: number }[];
  /** The surest first, in pixels of the upright picture; none of a classifier. */
  readonly boxes: readonly {
    readonly className: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly score: number;
  }[];
}

export interface NewPictureScore {
  readonly imageHash: ImageHash;
  readonly model: string;
  readonly scoredAt: number;
  readonly exposure: Exposure;
  readonly uncertainty: Partial<Readonly<Record<UncertaintyMeasure, number>>>;
  readonly prediction: Prediction;
}

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

const predictionSchema = pictureScoreSchema.pick({ classes: true, boxes: true });
const issuesSchema = z.array(labelIssueSchema);

export function createPictureScoresTable(db: Database) {
  return { ...createScores(db), ...createJudgements(db), ...createDecisions(db) };
}

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
function placeInQueues(db: Database, imageHash: ImageHash): void {
  db.run(
    `UPDATE picture_score SET is_open = state IN ('none','draft','predicted'),
       is_suspect = state = 'labelled' AND decided_at IS NULL AND is_strong = 1,
       is_disputed = state = 'labelled' AND decided_at IS NULL AND differs = 1
     WHERE image_hash = ?`,
    [imageHash],
  );
}

function createScores(db: Database) {
  return {
    /** In place of what another model, or the same one before, said. A decision holds until another model looks. */
    put(score: NewPictureScore): void {
      const { imageHash, model, scoredAt, exposure, uncertainty, prediction } = score;
      const label = readState(db, imageHash);
      db.run(putScore, {
        ...{ imageHash, model, scoredAt, exposure, state: label },
        isStale: Number(label === 'labelled'),
        ...Object.fromEntries(measures.map((measure) => [measure, uncertainty[measure] ?? null])),
      });
      db.run(
        `INSERT INTO picture_prediction (image_hash, prediction) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET prediction = excluded.prediction, issues = '[]'`,
        [imageHash, JSON.stringify(prediction)],
      );
      placeInQueues(db, imageHash);
    },
    find: (imageHash: ImageHash): PictureScore | undefined => findScore(db, imageHash),
    hasAny: (): boolean => db.get('SELECT 1 FROM picture_score LIMIT 1') !== undefined,
    /** Pictures that the model has not looked at, or with null all, the oldest first; what is set aside is left out. */
    listUnseen: (model: string | null): ImageHash[] =>
      db
        .all<{ hash: ImageHash }>(
          `SELECT hash FROM image
           WHERE NOT EXISTS (SELECT 1 FROM picture_score WHERE image_hash = hash AND model = :model)
             AND NOT EXISTS (SELECT 1 FROM set_aside WHERE image_hash = hash) ORDER BY sequence`,
          { model },
        )
        .map(({ hash }) => hash),
    /** Pictures that the model has looked at from a time on. */
    listSeen: (model: string, since: number): ImageHash[] =>
      db
        .all<{ imageHash: ImageHash }>(
          'SELECT image_hash AS imageHash FROM picture_score WHERE model = ? AND scored_at >= ?',
          [model, since],
        )
        .map(({ imageHash }) => imageHash),
    countUnseen: (model: string): number =>
      countRows(db, 'SELECT count(*) AS count FROM image') -
      countRows(db, 'SELECT count(*) AS count FROM picture_score WHERE model = :model', { model }) -
      countRows(
        db,
        `SELECT count(*) AS count FROM set_aside
         WHERE NOT EXISTS (SELECT 1 FROM picture_score AS score
           WHERE score.image_hash = set_aside.image_hash AND model = :model)`,
        { model },
      ),
  };
}

function countRows(db: ReadableDatabase, sql: string, parameters: Record<string, string> = {}): number {
  return db.get<{ count: number }>(sql, parameters)?.count ?? 0;
}

function readState(db: ReadableDatabase, imageHash: ImageHash): AnnotationState {
  const row = db.get<{ state: AnnotationState }>('SELECT state FROM image_label WHERE image_hash = ?', [
    imageHash,
  ]);
  return row?.state ?? 'none';
}

/** The column of each measure. */
export const measureColumns = {
  leastConfidence: 'least_confidence',
  margin: 'margin',
  entropy: 'entropy',
  lowestBox: 'lowest_box',
  boxMax: 'box_max',
  boxMean: 'box_mean',
  boxSum: 'box_sum',
} as const satisfies Record<UncertaintyMeasure, string>;
const measures = Object.keys(measureColumns) as UncertaintyMeasure[];

const scoreColumns = [
  'model',
  'scored_at',
  'exposure',
  'state',
  'is_stale',
  ...Object.values(measureColumns),
];

const putScore = `
  INSERT INTO picture_score (image_hash, ${scoreColumns.join(', ')})
  VALUES (:imageHash, :model, :scoredAt, :exposure, :state, :isStale,
    ${measures.map((measure) => `:${measure}`).join(', ')})
  ON CONFLICT DO UPDATE SET
    decided_at = CASE WHEN model = excluded.model THEN decided_at END,
    decided_by = CASE WHEN model = excluded.model THEN decided_by END,
    suspicion = NULL, given_class_id = NULL, top_class_id = NULL, top_probability = NULL, differs = 0, is_strong = 0,
    ${scoreColumns.map((column) => `${column} = excluded.${column}`).join(', ')}`;

interface ScoreRow {
  model: string;
  scoredAt: number;
  exposure: Exposure;
  state: AnnotationState;
  suspicion: number | null;
  is_strong: number;
  decided_by: string | null;
  prediction: string;
  issues: string;
}

function findScore(db: ReadableDatabase, imageHash: ImageHash): PictureScore | undefined {
  const row = db.get<ScoreRow>(
    `SELECT model, scored_at AS scoredAt, exposure, state, suspicion, is_strong, decided_by, prediction, issues
     FROM picture_score JOIN picture_prediction USING (image_hash) WHERE image_hash = ?`,
    [imageHash],
  );
  if (!row) return undefined;
  const { model, scoredAt, exposure, state, suspicion } = row;
  return {
    ...{ imageHash, model, scoredAt, exposure },
    ...readPrediction(row.prediction),
    judgement:
      state !== 'labelled' || suspicion === null
        ? null
        : {
            suspicion,
            isSuspect: row.is_strong === 1,
            issues: issuesSchema.parse(JSON.parse(row.issues)),
            decidedBy: row.decided_by,
          },
  };
}

function readPrediction(text: string) {
  return predictionSchema.parse(JSON.parse(text));
}

function createJudgements(db: Database) {
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

function createDecisions(db: Database) {
  return {
    /** A label stands as it is, whatever the model says. */
    keepLabel(imageHash: ImageHash, decidedBy: string, decidedAt: number): void {
      db.run('UPDATE picture_score SET decided_at = ?, decided_by = ? WHERE image_hash = ?', [
        decidedAt,
        decidedBy,
        imageHash,
      ]);
      placeInQueues(db, imageHash);
    },
    /** The label is to be judged again. */
    dropDecision(imageHash: ImageHash): void {
      db.run(
        `UPDATE picture_score SET decided_at = NULL, decided_by = NULL, is_stale = (state = 'labelled')
         WHERE image_hash = ?`,
        [imageHash],
      );
      placeInQueues(db, imageHash);
    },
    /** When the person finished pictures, newest first: labelled or rejected one, answered one, or decided about a label. */
    listFinishes: (author: string, limit: number): number[] =>
      db.all<{ at: number }>(selectFinishes, { author, limit }).map(({ at }) => at),
  };
}

/** A step on many pictures is one act; of acts on one picture the last finished it. Each part ends at an index. */
const selectFinishes = `
  SELECT max(at) AS at FROM (
    SELECT * FROM (
      SELECT created_at AS at, (SELECT min(image_hash) FROM annotation_revision WHERE step_id = step.id) AS image_hash
      FROM annotation_step AS step
      WHERE author = :author AND source = 'human' AND kind = 'edit' AND EXISTS (
        SELECT 1 FROM annotation_revision WHERE step_id = step.id AND state IN ('labelled','rejected'))
      ORDER BY created_at DESC LIMIT 4 * :limit)
    UNION ALL
    SELECT * FROM (
      SELECT created_at, image_hash FROM opinion_revision
      WHERE annotator = :author AND state IN ('labelled','rejected') ORDER BY created_at DESC LIMIT 4 * :limit)
    UNION ALL
    SELECT * FROM (
      SELECT decided_at, image_hash FROM picture_score
      WHERE decided_by = :author AND decided_at IS NOT NULL ORDER BY decided_at DESC LIMIT :limit))
  GROUP BY image_hash ORDER BY at DESC LIMIT :limit`;

/** What `listFinishes` runs, for a look at its plan. */
export function explainFinishes(db: ReadableDatabase): string[] {
  return db
    .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${selectFinishes}`, { author: '', limit: 1 })
    .map(({ detail }) => detail);
}
