/** What models said of pictures the last time one looked at them, and what people decided about the labels that they doubt. */
import { z } from 'zod';
import type { AnnotationState } from '../../../src-preload/contract/annotation.ts';
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import { type Exposure, labelIssueSchema, type PictureScore } from '../../../src-preload/contract/queue.ts';
import type { UncertaintyMeasure } from '../../../src-preload/contract/queue-order.ts';
import type { Database, ReadableDatabase } from '../connection.ts';
import { type Prediction, readPrediction } from './predictions.ts';
import { placeInQueues } from './score-queues.ts';

export interface NewPictureScore {
  readonly imageHash: ImageHash;
  readonly model: string;
  readonly scoredAt: number;
  readonly exposure: Exposure;
  readonly uncertainty: Partial<Readonly<Record<UncertaintyMeasure, number>>>;
  readonly prediction: Prediction;
}

const issuesSchema = z.array(labelIssueSchema);

export function createPictureScoresTable(db: Database) {
  return { ...createScores(db), ...createDecisions(db) };
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
