import { describe, expect, it } from 'vitest';
import type { EvaluatedPicture, NewEvaluation } from '../../../../src-main/store/tables/evaluations.ts';
import type { ClassificationReport } from '../../../../src-preload/contract/evaluation.ts';
import type { EvaluationId } from '../../../../src-preload/contract/ids.ts';
import { openTestStoreWithDataset, testHash } from './open-test-store.ts';

const newEvaluation: NewEvaluation = {
  id: 'evaluation-1' as EvaluationId,
  modelHash: testHash('a'),
  modelLabel: '/models/foreign.onnx',
  model: null,
  dataset: { name: 'leaf', version: 1, split: 'test' },
  request: { pixelRange: '0..1' },
  createdAt: 5,
};

const report: ClassificationReport = {
  task: 'classification',
  accuracy: 0.5,
  accuracyInterval: [0.09, 0.9],
  precision: 0.25,
  recall: 0.5,
  f1: 1 / 3,
  logLoss: 0.7,
  perClass: [
    { className: 'healthy', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
    { className: 'rust', precision: null, recall: 0, f1: 0, support: 1 },
  ],
  confusion: [
    [1, 0],
    [1, 0],
  ],
  classNames: ['healthy', 'rust'],
  count: 2,
  latencyMs: { p50: 1, p95: 2, p99: 3, mean: 1.2 },
  provider: 'cpu',
};

const predictions: EvaluatedPicture[] = [
  { imageHash: testHash('3'), trueClass: 'healthy', predictedClass: 'healthy', score: 0.75 },
  { imageHash: testHash('4'), trueClass: 'rust', predictedClass: 'healthy', score: 0.5 },
];

describe('evaluations', () => {
  it('lists an evaluation once it has its report, with the prediction of every picture', () => {
    const { evaluations } = openTestStoreWithDataset();
    evaluations.insert(newEvaluation);
    expect(evaluations.listSummaries({})).toEqual([]);
    expect(evaluations.find(newEvaluation.id)).toMatchObject({
      report: null,
      request: { pixelRange: '0..1' },
    });
    evaluations.complete(newEvaluation.id, report, predictions);
    const { task, accuracy, precision, recall, f1, count, latencyMs, provider } = report;
    expect(evaluations.listSummaries({})).toEqual([
      {
        id: 'evaluation-1',
        model: '/models/foreign.onnx',
        modelName: null,
        modelVersion: null,
        dataset: { name: 'leaf', version: 1, split: 'test' },
        report: { task, accuracy, precision, recall, f1, count, latencyMs, provider },
        createdAt: 5,
      },
    ]);
    expect(evaluations.find(newEvaluation.id)?.report).toEqual(report);
    expect(evaluations.listPredictions(newEvaluation.id)).toEqual(predictions);
  });

  it('finds what was already measured by the bytes of the model and the pictures', () => {
    const { evaluations } = openTestStoreWithDataset();
    evaluations.insert(newEvaluation);
    const found = (split: 'test' | 'val') =>
      evaluations.listByContent({
        modelHash: newEvaluation.modelHash,
        dataset: { name: 'leaf', version: 1, split },
      });
    expect(found('test').map(({ id }) => id)).toEqual(['evaluation-1']);
    expect(found('val')).toEqual([]);
  });

  it('lets go of the pictures of a report that did not come, and of what they are looked for by', () => {
    const { evaluations, db } = openTestStoreWithDataset();
    evaluations.insert(newEvaluation);
    const finding = { kind: 'correct', predictedClass: 'rust', trueClass: 'rust', score: 0.5 };
    const picture = { detections: new Uint8Array(), truths: '[]', findings: [finding] };
    const images = predictions.map(({ imageHash }) => ({ imageHash, ...picture }));
    const count = (table: string) => db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n;
    evaluations.addPictures(newEvaluation.id, images.slice(0, 1));
    evaluations.addPictures(newEvaluation.id, images.slice(1));
    expect([...evaluations.iteratePictures(newEvaluation.id)]).toHaveLength(2);
    expect([count('evaluation_picture'), count('evaluation_finding')]).toEqual([2, 2]);
    evaluations.dropPictures(newEvaluation.id);
    expect([count('evaluation_picture'), count('evaluation_finding')]).toEqual([0, 0]);
  });
});
