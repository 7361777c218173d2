import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classificationReportSchema, mainFiguresOf } from '../../../../src-preload/contract/evaluation.ts';
import { insertDataset } from '../../store/tables/insert-dataset.ts';
import { addShapes, openMiniStation, trainQuickly } from '../kit/mini-station.ts';

describe('evaluations', { timeout: 60_000 }, () => {
  it('try a model on a split once, and tell the pictures behind each cell of the confusion matrix', async () => {
    const station = openMiniStation();
    const pictures = await addShapes(station.store, { perClass: { train: 32, val: 0, test: 12 } });
    await trainQuickly(station, { epochs: 2 });
    const { evaluations, queue, store } = station;

    const ofTraining = await evaluations.startEvaluation({ model: 'shapes@champion', dataset: 'shapes' });
    const report = classificationReportSchema.parse(evaluations.getEvaluation(ofTraining.id).report);
    expect(report).toMatchObject({ count: 36, provider: 'cpu', classNames: ['disc', 'ring', 'stripe'] });
    expect(report.latencyMs.p50).toBeGreaterThan(0);

    const onTrain = await evaluations.startEvaluation({ model: 'shapes/1', dataset: 'shapes@1/train' });
    expect(await evaluations.startEvaluation({ model: 'shapes', dataset: 'shapes/train' })).toEqual(onTrain);
    expect(await queue.wait(onTrain.jobId)).toMatchObject({ status: 'succeeded' });
    const evaluation = evaluations.getEvaluation(onTrain.id);
    expect(evaluation).toMatchObject({
      model: 'shapes/1',
      dataset: { name: 'shapes', version: 1, split: 'train' },
      report: { count: 96 },
    });
    const predictions = store.evaluations.listPredictions(onTrain.id);
    const { classNames, confusion } = evaluation.report;
    for (const [i, trueClass] of classNames.entries()) {
      for (const [j, predictedClass] of classNames.entries()) {
        const cell = predictions.filter(
          (row) => row.trueClass === trueClass && row.predictedClass === predictedClass,
        );
        expect(cell).toHaveLength(confusion[i]?.[j] ?? -1);
      }
    }
    expect(pictures).toHaveLength(132);

    // The same bytes from a file, without a registered model: a label of its own, and the same figures.
    const file = join(station.dataDir, 'a model.onnx');
    writeFileSync(file, await store.blobs.read(station.registry.getVersion('shapes').blobHash));
    const named = { classNames: ['disc', 'ring', 'stripe'] };
    const ofFile = await evaluations.startEvaluation({ model: file, dataset: 'shapes', ...named });
    await queue.wait(ofFile.jobId);
    const fromFile = evaluations.getEvaluation(ofFile.id);
    expect(fromFile).toMatchObject({ model: file, modelName: null });
    expect(fromFile.report.confusion).toEqual(report.confusion);
    expect(classificationReportSchema.parse(fromFile.report).logLoss).toBeCloseTo(report.logLoss, 5);
  });

  it('count pictures of a class that the model has never seen as wrong', async () => {
    const station = openMiniStation();
    const pictures = await addShapes(station.store, { perClass: { train: 16, val: 0, test: 8 } });
    insertDataset(station.store.db, {
      name: 'two',
      version: 1,
      pictures: pictures.filter(({ className }) => className !== 'ring'),
    });
    await trainQuickly(station, { epochs: 2 }, 'two');
    const comparison = await station.evaluations.compareModels({ a: 'two/1', b: 'two/1', dataset: 'shapes' });
    expect(comparison).toMatchObject({ count: 24, difference: 0, pValue: 1 });
    expect(mainFiguresOf(comparison).a.value).toBeLessThanOrEqual(2 / 3);
    const [evaluation] = station.evaluations.listEvaluations({ modelName: 'two' });
    const { report } = station.evaluations.getEvaluation(evaluation?.id ?? (undefined as never));
    expect(report.perClass[1]).toMatchObject({ className: 'ring', precision: null, recall: 0 });
  });

  it('say what is wrong: no such model, an empty split, a file that is no model, other classes', async () => {
    const station = openMiniStation();
    await addShapes(station.store, { perClass: { train: 4, val: 0, test: 4 } });
    const { evaluations, queue } = station;
    const start = (model: string, dataset: string) => evaluations.startEvaluation({ model, dataset });
    await expect(start('shapes', 'shapes')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(start('/nowhere.onnx', 'shapes')).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' });
    await expect(start('/nowhere.onnx', 'shapes/val')).rejects.toMatchObject({ code: 'DATASET_SPLIT_EMPTY' });
    const text = join(station.dataDir, 'text.onnx');
    writeFileSync(text, 'no model at all');
    const { id, jobId } = await start(text, 'shapes');
    expect(await queue.wait(jobId)).toMatchObject({ status: 'failed', error: { code: 'MODEL_UNREADABLE' } });
    expect(() => evaluations.getEvaluation(id)).toThrow(
      expect.objectContaining({ code: 'MODEL_UNREADABLE' }),
    );
  });
});
