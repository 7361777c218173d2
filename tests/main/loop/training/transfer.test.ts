/** Runs that go on from a registered model or from somebody's file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import type { JobId } from '../../../../src-preload/contract/ids.ts';
import type { Run } from '../../../../src-preload/contract/training.ts';
import { insertDataset } from '../../store/tables/insert-dataset.ts';
import {
  addShapes,
  type MiniStation,
  openMiniStation,
  startQuickly,
  trainQuickly,
} from '../kit/mini-station.ts';

const exports = join(import.meta.dirname, '../../../fixtures/engine/exports');
const perClass = { train: 32, val: 8, test: 12 };

describe('a run that goes on from a model', { timeout: 120_000 }, () => {
  it('keeps graph and names, with a new last layer where the classes are others', async () => {
    const station = openMiniStation();
    const pictures = await addShapes(station.store, { perClass });
    const first = await trainQuickly(station, { epochs: 6 });
    const others = pictures.map((picture) => ({
      ...picture,
      className: picture.className === 'stripe' ? 'straight' : 'round',
    }));
    insertDataset(station.store.db, { name: 'roundness', version: 1, pictures: others });
    const run = await trainQuickly(station, { base: 'shapes@champion', epochs: 8 }, 'roundness');
    expect(run).toMatchObject({ status: 'completed', params: { base: 'shapes/1', headSteps: '6' } });
    expect(readLog(station, run)).toContainEqual(
      expect.stringMatching(
        /^goes on from shapes\/1: .*; its last layer is new and trained alone for 6 steps$/,
      ),
    );
    expect(run.metrics['test/accuracy']).toBeGreaterThan(0.85);
    const version = station.registry.getVersion('roundness');
    expect(version).toMatchObject({ architecture: 'classifier-nano', classNames: ['round', 'straight'] });
    expect(await listWeights(station, 'roundness')).toEqual(await listWeights(station, 'shapes'));

    const again = await trainQuickly(station, { base: 'shapes/1', epochs: 1 });
    expect(readLog(station, again)).toContainEqual(expect.stringContaining('its last layer is kept'));
    expect(again.metrics['val/accuracy']).toBeGreaterThanOrEqual((first.metrics['best/accuracy'] ?? 1) - 0.1);
  });

  it('starts from a file too, and refuses at once what can not be trained, with node and reason', async () => {
    const station = openMiniStation();
    await addShapes(station.store, { perClass });
    const missing = startQuickly(station, { base: '/nowhere/model.onnx' });
    await expect(missing).rejects.toMatchObject({ code: 'MODEL_UNREADABLE' });
    const detector = startQuickly(station, { base: join(exports, 'detector-18.onnx') });
    await expect(detector).rejects.toMatchObject({ code: 'GRAPH_NOT_TRAINABLE' });
    await expect(detector).rejects.toThrow(/expected a classifier whose last layer is linear .*: \w+ \S+/);
    await expect(startQuickly(station, { base: 'ghost@champion' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(station.training.listRuns(10)).toEqual([]);
  });
});

describe('an imported file', { timeout: 120_000 }, () => {
  it('is a version like any other: it answers as the file does, and is a base', async () => {
    const station = openMiniStation();
    await addShapes(station.store, { perClass });
    const trained = await trainQuickly(station, { epochs: 5 });
    const path = join(station.dataDir, 'elsewhere.onnx');
    await writeFile(path, await station.store.blobs.read(station.registry.getVersion('shapes/1').blobHash));
    const draft = await station.registry.readModelFile({ path, name: 'imported' });
    const version = station.deployment.adopt(station.registry.registerVersion(draft));
    expect(version).toMatchObject({ runId: null, dataset: null, aliases: ['champion'], imageSize: 16 });
    const { jobId } = await station.evaluations.startEvaluation({ model: 'imported', dataset: 'shapes' });
    await station.queue.wait(jobId);
    const [evaluation] = station.evaluations.listEvaluations({ modelName: 'imported' });
    expect(evaluation?.report).toMatchObject({ accuracy: trained.metrics['test/accuracy'] });
    const run = await trainQuickly(station, { base: 'imported', epochs: 1 });
    expect(run).toMatchObject({ status: 'completed', params: { base: 'imported/1' } });
  });

  it('needs as many class names as it has outputs', async () => {
    const station = openMiniStation();
    const path = join(exports, 'mobilenet-13.onnx');
    const request = { path, name: 'mobile', imageSize: 32 };
    await expect(station.registry.readModelFile(request)).rejects.toMatchObject({
      code: 'MODEL_CLASSES_MISMATCH',
      message: expect.stringContaining('the file names none'),
    });
  });
});

function readLog({ store }: MiniStation, run: Run): string[] {
  return store.jobs.listLog(run.job?.id as JobId).map(({ message }) => message);
}

async function listWeights({ registry, store }: MiniStation, name: string): Promise<string[]> {
  const { graph } = readOnnx(await store.blobs.read(registry.getVersion(name).blobHash));
  const weights = [...graph.initializers.keys()].filter(
    ({ name, shape }) => shape.length > 0 && !/^\d/.test(name),
  );
  return weights.map((weight) => weight.name).sort();
}
