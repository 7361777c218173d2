/** Evaluations: what was asked, the report, and the prediction of every picture. */
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import {
  type ClassificationReport,
  type Evaluation,
  type EvaluationReport,
  type EvaluationSummary,
  evaluationSchema,
  evaluationSummarySchema,
  reportSummarySchema,
} from '../../../src-preload/contract/evaluation.ts';
import type { BlobHash, EvaluationId, ImageHash, JobId, Split } from '../../../src-preload/contract/ids.ts';
import type { Database } from '../connection.ts';
import { createEvaluationPicturesTable, type NewEvaluationPicture } from './evaluation-pictures.ts';

/** The same model bytes on the same pictures. */
export interface EvaluationContent {
  readonly modelHash: BlobHash;
  readonly dataset: { readonly name: string; readonly version: number; readonly split: Split };
}

export interface NewEvaluation extends EvaluationContent {
  readonly id: EvaluationId;
  /** `NAME/VERSION`, or the file. */
  readonly modelLabel: string;
  readonly model: { readonly name: string; readonly version: number } | null;
  /** Anything JSON holds; given back by `readRequest`. */
  readonly request: unknown;
  readonly createdAt: number;
}

export interface EvaluatedPicture {
  readonly imageHash: ImageHash;
  readonly trueClass: string;
  readonly predictedClass: string;
  /** Probability of the predicted class. */
  readonly score: number;
}

/** An evaluation whose report may still be missing. */
export type EvaluationRecord = Omit<Evaluation, 'report'> & {
  readonly report: EvaluationReport | null;
  readonly jobId: JobId | null;
  readonly modelHash: BlobHash;
  readonly request: unknown;
};

interface EvaluationRow {
  id: string;
  job_id: string | null;
  model_hash: string;
  model_label: string;
  model_name: string | null;
  model_version: number | null;
  dataset: string;
  dataset_version: number;
  split: string;
  request: string;
  report: string | null;
  created_at: number;
}

const selectEvaluation = `
  SELECT evaluation.id, job_id, model_hash, model_label, model_name, model_version, dataset.name AS dataset, dataset_version, split,
    request, report, evaluation.created_at
  FROM evaluation JOIN dataset ON dataset.id = evaluation.dataset_id`;

/** In the order in which they are taken out of the report. */
const summaryKeys = [...new Set(reportSummarySchema.options.flatMap(({ shape }) => Object.keys(shape)))];

/** The report without what makes it large: it is cut in the database. */
const selectSummary = selectEvaluation.replace(
  'report,',
  `json_object(${summaryKeys.map((key) => `'${key}', report -> '$.${key}'`).join(', ')}) AS report,`,
);

export function createEvaluationsTable(db: Database) {
  const { find, iterate, iterateFound } = createEvaluationPicturesTable(db);
  return {
    ...createEvaluationQueries(db),
    ...createEvaluationChanges(db),
    findPicture: find,
    iteratePictures: iterate,
    iterateFoundPictures: iterateFound,
  };
}

function createEvaluationQueries(db: Database) {
  return {
    find(id: EvaluationId): EvaluationRecord | undefined {
      const row = db.get<EvaluationRow>(`${selectEvaluation} WHERE evaluation.id = ?`, [id]);
      return row && toRecord(row);
    },
    /** Those that have a report. */
    count(): number {
      return (
        db.get<{ count: number }>('SELECT count(*) AS count FROM evaluation WHERE report IS NOT NULL')
          ?.count ?? 0
      );
    },
    /** Those that have a report, newest first, with its main figures. */
    listSummaries(filter: {
      modelName?: string | undefined;
      modelVersion?: number | undefined;
      limit?: number;
    }): EvaluationSummary[] {
      const rows = db.all<EvaluationRow>(
        `${selectSummary} WHERE report IS NOT NULL AND (:name IS NULL OR model_name = :name)
         AND (:version IS NULL OR model_version = :version) ORDER BY evaluation.created_at DESC, evaluation.id DESC LIMIT :limit`,
        { name: filter.modelName ?? null, version: filter.modelVersion ?? null, limit: filter.limit ?? -1 },
      );
      return rows.map(toSummary);
    },
    /** All attempts at the same content, newest first. */
    listByContent({ modelHash, dataset }: EvaluationContent): EvaluationRecord[] {
      const rows = db.all<EvaluationRow>(
        `${selectEvaluation} WHERE model_hash = ? AND dataset.name = ? AND dataset_version = ? AND split = ?
         ORDER BY evaluation.created_at DESC, evaluation.id DESC`,
        [modelHash, dataset.name, dataset.version, dataset.split],
      );
      return rows.map(toRecord);
    },
    listPredictions(id: EvaluationId): EvaluatedPicture[] {
      return db.all<EvaluatedPicture>(
        `SELECT image_hash AS imageHash, true_class AS trueClass, predicted_class AS predictedClass, score
         FROM evaluation_prediction WHERE evaluation_id = ? ORDER BY image_hash`,
        [id],
      );
    },
  };
}

function createEvaluationChanges(db: Database) {
  const pictures = createEvaluationPicturesTable(db);
  const setReport = (id: EvaluationId, report: EvaluationReport) =>
    db.run('UPDATE evaluation SET report = ? WHERE id = ?', [JSON.stringify(report), id]);
  return {
    insert(evaluation: NewEvaluation): void {
      db.run(
        `INSERT INTO evaluation (id, model_hash, model_label, model_name, model_version, dataset_id, dataset_version,
           split, request, created_at)
         VALUES (:id, :modelHash, :modelLabel, :modelName, :modelVersion, (SELECT id FROM dataset WHERE name = :dataset),
           :datasetVersion, :split, :request, :createdAt)`,
        {
          id: evaluation.id,
          modelHash: evaluation.modelHash,
          modelLabel: evaluation.modelLabel,
          modelName: evaluation.model?.name ?? null,
          modelVersion: evaluation.model?.version ?? null,
          dataset: evaluation.dataset.name,
          datasetVersion: evaluation.dataset.version,
          split: evaluation.dataset.split,
          request: JSON.stringify(evaluation.request),
          createdAt: evaluation.createdAt,
        },
      );
    },
    setJob(id: EvaluationId, jobId: JobId): void {
      db.run('UPDATE evaluation SET job_id = ? WHERE id = ?', [jobId, id]);
    },
    /** Writes the report of a classifier and its predictions, once. */
    complete(id: EvaluationId, report: ClassificationReport, predictions: readonly EvaluatedPicture[]): void {
      db.transaction(() => {
        setReport(id, report);
        for (const { imageHash, trueClass, predictedClass, score } of predictions) {
          db.run(
            `INSERT INTO evaluation_prediction (evaluation_id, image_hash, true_class, predicted_class, score)
             VALUES (?, ?, ?, ?, ?)`,
            [id, imageHash, trueClass, predictedClass, score],
          );
        }
      });
    },
    /** Writes judged boxes of a detector ahead of its report; each picture once. */
    addPictures(id: EvaluationId, judged: readonly NewEvaluationPicture[]): void {
      db.transaction(() => {
        for (const picture of judged) pictures.insert(id, picture);
      });
    },
    /** What was added for a report that did not come. */
    dropPictures: pictures.drop,
    /** Writes the report of a detector and the judged boxes of the pictures that have not been added, once. */
    completeDetection(
      id: EvaluationId,
      report: DetectionReport,
      judged: readonly NewEvaluationPicture[],
    ): void {
      db.transaction(() => {
        setReport(id, report);
        for (const picture of judged) pictures.insert(id, picture);
      });
    },
  };
}

function toRecord(row: EvaluationRow): EvaluationRecord {
  const { report, ...rest } = evaluationSchema.partial({ report: true }).parse({
    ...toHead(row),
    ...(row.report !== null && { report: JSON.parse(row.report) }),
  });
  return {
    ...rest,
    report: report ?? null,
    jobId: row.job_id as JobId | null,
    modelHash: row.model_hash as BlobHash,
    request: JSON.parse(row.request),
  };
}

function toSummary(row: EvaluationRow): EvaluationSummary {
  return evaluationSummarySchema.parse({ ...toHead(row), report: JSON.parse(row.report ?? 'null') });
}

function toHead(row: EvaluationRow) {
  return {
    id: row.id,
    model: row.model_label,
    modelName: row.model_name,
    modelVersion: row.model_version,
    dataset: { name: row.dataset, version: row.dataset_version, split: row.split },
    createdAt: row.created_at,
  };
}
