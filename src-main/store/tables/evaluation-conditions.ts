/** Which pictures stand behind a cell of a confusion matrix, or behind a kind of a detector's errors, in SQL. */
import {
  type DetectionErrorFilter,
  detectionErrorKindSchema,
} from '../../../src-preload/contract/detection-report.ts';
import type { EvaluationId } from '../../../src-preload/contract/ids.ts';
import type { ImageFilter } from '../../../src-preload/contract/image.ts';
import type { ReadableDatabase } from '../connection.ts';

/** The table's pictures under the condition. */
export interface EvaluationCondition {
  readonly table: 'evaluation_prediction' | 'evaluation_picture';
  readonly condition: string;
  readonly parameters: Record<string, string | number>;
}

/** What a finding of a detector holds where there is no class: the background. */
export const noClass = '';

/** @param confusion a class of null is a detector's background */
export function toConfusionCondition(
  db: ReadableDatabase,
  { evaluationId, trueClass, predictedClass }: NonNullable<ImageFilter['confusion']>,
): EvaluationCondition {
  const asked: Asked[] = [
    ...(trueClass === undefined ? [] : [ask('true_class =', 'trueClass', trueClass ?? noClass)]),
    ...(predictedClass === undefined
      ? []
      : [ask('predicted_class =', 'predictedClass', predictedClass ?? noClass)]),
  ];
  const evaluation = ask('evaluation_id =', 'evaluationId', evaluationId);
  if (isDetection(db, evaluationId)) return toFindingCondition(evaluation, [`kind = 'cell'`], asked);
  return {
    table: 'evaluation_prediction',
    condition: [evaluation, ...asked].map(({ sql }) => sql).join(' AND '),
    parameters: toParameters([evaluation, ...asked]),
  };
}

export function toErrorCondition(filter: DetectionErrorFilter): EvaluationCondition {
  const { evaluationId, kind, className, trueClass, minScore } = filter;
  const kinds = kind === undefined ? detectionErrorKindSchema.options : [kind];
  return toFindingCondition(
    ask('evaluation_id =', 'errorEvaluationId', evaluationId),
    [`kind IN (${kinds.map((one) => `'${one}'`).join(', ')})`],
    [
      ...(className === undefined ? [] : [ask('predicted_class =', 'errorClass', className)]),
      ...(trueClass === undefined ? [] : [ask('true_class =', 'errorTrueClass', trueClass)]),
      ...(minScore === undefined ? [] : [ask('score >=', 'errorMinScore', minScore)]),
    ],
  );
}

/** A comparison with a parameter; the names of the two filters differ, since both may stand in one query. */
interface Asked {
  readonly sql: string;
  readonly name: string;
  readonly value: string | number;
}

function ask(comparison: string, name: string, value: string | number): Asked {
  return { sql: `${comparison} :${name}`, name, value };
}

function toParameters(asked: readonly Asked[]): Record<string, string | number> {
  return Object.fromEntries(asked.map(({ name, value }) => [name, value]));
}

function toFindingCondition(
  evaluation: Asked,
  conditions: readonly string[],
  asked: readonly Asked[],
): EvaluationCondition {
  const finding = ['picture_id = evaluation_picture.id', ...conditions, ...asked.map(({ sql }) => sql)];
  return {
    table: 'evaluation_picture',
    condition: `${evaluation.sql}
      AND EXISTS (SELECT 1 FROM evaluation_finding WHERE ${finding.join(' AND ')})`,
    parameters: toParameters([evaluation, ...asked]),
  };
}

function isDetection(db: ReadableDatabase, id: EvaluationId): boolean {
  return db.get('SELECT 1 FROM evaluation_picture WHERE evaluation_id = ? LIMIT 1', [id]) !== undefined;
}
