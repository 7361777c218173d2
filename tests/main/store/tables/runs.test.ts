import { describe, expect, it } from 'vitest';
import type { NewRun } from '../../../../src-main/store/tables/runs.ts';
import type { RunId } from '../../../../src-preload/contract/ids.ts';
import { trainingParametersSchema } from '../../../../src-preload/contract/training.ts';
import { openTestStoreWithDataset, testHash } from './open-test-store.ts';

const newRun: NewRun = {
  id: 'run-1' as RunId,
  name: 'leaf 1',
  experiment: 'leaf',
  dataset: { name: 'leaf', version: 1 },
  modelName: 'leaf',
  parameters: trainingParametersSchema.parse({ seed: 7 }),
  params: { seed: '7' },
  tags: { note: 'first' },
  createdAt: 10,
};

describe('runs', () => {
  it('gives back a run with all that repeats it', () => {
    const { runs } = openTestStoreWithDataset();
    runs.insert(newRun);
    expect(runs.get(newRun.id)).toEqual({
      id: 'run-1',
      name: 'leaf 1',
      experiment: 'leaf',
      status: 'queued',
      reason: null,
      dataset: { name: 'leaf', version: 1 },
      modelName: 'leaf',
      modelVersion: null,
      createdAt: 10,
      startedAt: null,
      endedAt: null,
      params: { seed: '7' },
      metrics: {},
      tags: { note: 'first' },
      checkpointEpoch: null,
    });
    expect(runs.readParameters(newRun.id)).toEqual(newRun.parameters);
  });

  it('tells the last value of each metric, and replaces a point that an interrupted epoch wrote before', () => {
    const { runs } = openTestStoreWithDataset();
    runs.insert(newRun);
    const point = (key: string, step: number, value: number) => ({ key, step, value, timestamp: 5 });
    runs.recordMetrics(newRun.id, [
      point('train/loss', 1, 2.5),
      point('train/loss', 2, 2),
      point('val/loss', 1, 3),
    ]);
    runs.recordMetrics(newRun.id, [point('train/loss', 2, 1.5)]);
    expect(runs.get(newRun.id).metrics).toEqual({ 'train/loss': 1.5, 'val/loss': 3 });
    expect(runs.listMetrics(newRun.id).map(({ key, step, value }) => [key, step, value])).toEqual([
      ['train/loss', 1, 2.5],
      ['train/loss', 2, 1.5],
      ['val/loss', 1, 3],
    ]);
  });

  it('keeps the newest checkpoint, and the first start through a restart', () => {
    const { runs } = openTestStoreWithDataset();
    runs.insert(newRun);
    runs.start(newRun.id, 20);
    expect(runs.findCheckpoint(newRun.id)).toBeUndefined();
    runs.recordCheckpoint(newRun.id, { hash: testHash('a'), epoch: 3, spentMs: 900 });
    runs.end(newRun.id, { status: 'cancelled', reason: 'by a person', at: 30 });
    runs.requeue(newRun.id);
    runs.start(newRun.id, 40);
    expect(runs.findCheckpoint(newRun.id)).toEqual({ hash: testHash('a'), epoch: 3, spentMs: 900 });
    expect(runs.get(newRun.id)).toMatchObject({
      status: 'running',
      startedAt: 20,
      endedAt: null,
      reason: null,
    });
  });

  it('refuses a run on a dataset that is not there', () => {
    const { runs } = openTestStoreWithDataset();
    const stray = { ...newRun, dataset: { name: 'nowhere', version: 1 } };
    expect(() => runs.insert(stray)).toThrow('there is no dataset nowhere');
    expect(() => runs.insert({ ...newRun, dataset: { name: 'leaf', version: 9 } })).toThrow();
    expect(runs.list(10)).toEqual([]);
  });

  it('lists artifacts by path, the newest bytes of each', () => {
    const { runs } = openTestStoreWithDataset();
    runs.insert(newRun);
    runs.writeArtifact(newRun.id, { path: 'model.onnx', blobHash: testHash('b'), sizeBytes: 4 });
    runs.writeArtifact(newRun.id, { path: 'model.onnx', blobHash: testHash('c'), sizeBytes: 5 });
    expect(runs.listArtifacts(newRun.id)).toEqual([
      { path: 'model.onnx', blobHash: testHash('c'), sizeBytes: 5 },
    ]);
  });
});
