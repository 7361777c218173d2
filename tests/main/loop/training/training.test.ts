import { describe, expect, it, vi } from 'vitest';
import type { ImageHash, JobId } from '../../../../src-preload/contract/ids.ts';
import { type Run, startTrainingSchema } from '../../../../src-preload/contract/training.ts';
import { insertDataset } from '../../store/tables/insert-dataset.ts';
import { testHash } from '../../store/tables/open-test-store.ts';
import {
  addShapes,
  type MiniStation,
  openMiniStation,
  startQuickly,
  trainQuickly,
  waitForEnd,
} from '../kit/mini-station.ts';

async function openWithShapes(perClass = { train: 32, val: 8, test: 12 }): Promise<MiniStation> {
  const station = openMiniStation();
  await addShapes(station.store, { perClass });
  return station;
}

function listMessages({ store }: MiniStation, { job }: Run): string[] {
  return store.jobs.listLog(job?.id as JobId).map(({ message }) => message);
}

/** Timings and memory differ from run to run; everything else is the same to the last bit. */
function listCurve({ training }: MiniStation, { id }: Run) {
  const points = training.listMetrics(id).filter(({ key }) => !/second|latency|memory/i.test(key));
  return points.map(({ key, step, value }) => [key, step, value]);
}

describe('a training run', { timeout: 60_000 }, () => {
  it('learns, and registers its model as champion with all that it came from', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 8, augmentation: 0.5 });
    expect(run).toMatchObject({
      status: 'completed',
      modelName: 'shapes',
      modelVersion: 1,
      checkpointEpoch: 8,
      isResumable: false,
      params: { batchSize: '16', device: 'cpu', dataset: 'shapes@1', learningRate: '0.003' },
    });
    expect(run.metrics['test/accuracy']).toBeGreaterThan(0.8);
    const version = station.registry.getVersion('shapes');
    expect(version).toMatchObject({
      version: 1,
      runId: run.id,
      dataset: { name: 'shapes', version: 1 },
      aliases: ['champion'],
      imageSize: 16,
      classNames: ['disc', 'ring', 'stripe'],
      metrics: { accuracy: run.metrics['test/accuracy'] },
    });
    expect(await station.store.blobs.verify(version.blobHash)).toBe('intact');
    expect(station.deployment.listHistory('shapes')).toMatchObject([{ kind: 'promote', toVersion: 1 }]);
    const [evaluation] = station.evaluations.listEvaluations({ modelName: 'shapes' });
    expect(evaluation?.report).toMatchObject({ count: 36, accuracy: version.metrics.accuracy });
  });

  it('trains in mixed precision on the CPU if asked for, and says that it brings nothing there', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 4, amp: true });
    expect(run).toMatchObject({ status: 'completed', params: { amp: 'true' } });
    expect(run.metrics['val/accuracy']).toBeGreaterThan(0.5);
    const told = listMessages(station, run).find((message) => message.startsWith('trains in'));
    expect(told).toBe(
      'trains in mixed precision, as asked for; but half precision brings nothing on the CPU, which computes it in float32 and rounds',
    );
  });

  it('has the curve of every epoch, by optimizer steps', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 2 });
    const points = station.training.listMetrics(run.id);
    const steps = (key: string) => points.filter((point) => point.key === key).map(({ step }) => step);
    expect(steps('val/accuracy')).toEqual([6, 12]);
    expect(steps('train/loss')).toEqual([6, 12]);
    expect(steps('batch/loss')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('writes down what it learns from, how, and how each epoch and the test went', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 2 });
    const lines = station.store.jobs.listLog(run.job?.id as JobId).map(({ message }) => message);
    expect(lines).toEqual([
      '96 pictures for training: disc 32, ring 32, stripe 32',
      '24 pictures for validation: disc 8, ring 8, stripe 8',
      '36 pictures for the test: disc 12, ring 12, stripe 12',
      'pictures are brought to 16 × 16 pixels',
      'trains on cpu, the fastest here that trains right, with 2 CPU threads',
      expect.stringMatching(/^classifier-nano: 27\d,\d{3} parameters, 5\.\d M FLOPs a picture$/),
      expect.stringMatching(/^trains in float32: half precision brings nothing on the CPU/),
      'up to 2 epochs of 6 steps of 16 pictures, no time budget; stops after 10 epochs without a better score',
      'adamw, learning rate 0.003 after a warm-up of 1 step, down to 0 along a cosine; seed 0',
      expect.stringMatching(/^pictures decoded in \d+\.\d s$/),
      expect.stringMatching(
        /^epoch 1 of 2: loss \d\.\d{4}, accuracy [\d.]+ %; validation loss .*; \d+\.\d s; the best so far$/,
      ),
      expect.stringMatching(/^epoch 2 of 2: /),
      expect.stringMatching(/^completed: all 2 epochs done; the weights of epoch \d are kept$/),
      expect.stringMatching(/^the model is an ONNX file of 1\.\d\d MB$/),
      expect.stringMatching(
        /^36 test pictures: accuracy [\d.]+ % \(95 % interval .*\), macro F1 [01]\.\d{3}, /,
      ),
    ]);
  });

  it.each([
    ['float32', false],
    ['mixed precision', true],
  ])(
    'in %s gives the same bytes and curve after kill -9 and cancel in the middle of epochs as without',
    {
      timeout: 180_000,
    },
    async (_, amp) => {
      const station = await openWithShapes();
      const parameters = { epochs: 2, batchSize: 8, augmentation: 1, seed: 4, checkpointEveryS: 0, amp };
      const undisturbed = await trainQuickly(station, parameters);
      const begun = await startQuickly(station, parameters);
      const countSteps = () =>
        station.training.listMetrics(begun.id).filter(({ key }) => key === 'batch/loss').length;
      const afterSteps = (steps: number) =>
        vi.waitFor(() => expect(countSteps()).toBeGreaterThanOrEqual(steps), {
          timeout: 20_000,
          interval: 2,
        });
      await afterSteps(5);
      station.workers.at(-1)?.kill();
      await afterSteps(15);
      station.training.cancelRun(begun.id);
      const cancelled = await waitForEnd(station, begun);
      expect(cancelled).toMatchObject({ status: 'cancelled', isResumable: true, modelVersion: null });
      expect(cancelled.reason).toBe('cancelled; its last checkpoint is kept: it goes on in epoch 2');
      const stepsDone = countSteps();
      const ended = await waitForEnd(station, station.training.resumeRun(begun.id));
      expect(ended).toMatchObject({ status: 'completed', checkpointEpoch: 2 });
      const [second, first] = station.registry.listVersions('shapes');
      expect(second?.blobHash).toBe(first?.blobHash);
      expect(second?.aliases).toEqual(['challenger']);
      expect(listCurve(station, ended)).toEqual(listCurve(station, undisturbed));

      const messages = [begun, ended].flatMap((run) => listMessages(station, run));
      const goesOn = messages.filter((message) => message.startsWith('goes on from'));
      expect(goesOn).toEqual([
        expect.stringMatching(/^goes on from the checkpoint after epoch 0 and \d+ steps of the next$/),
        `goes on from the checkpoint after epoch 1 and ${stepsDone - 12} steps of the next`,
      ]);
    },
  );

  it('stops when patience runs out, and keeps the best epoch', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 200, patience: 1 });
    expect(run).toMatchObject({ status: 'stopped', modelVersion: 1 });
    expect(run.metrics.epoch).toBe((run.metrics['best/epoch'] ?? 0) + 1);
  });

  it('ends as diverged, with the step and without a model, when the loss is no number any more', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, {
      epochs: 50,
      learningRate: 10,
      weightDecay: 1,
      warmupEpochs: 0,
    });
    expect(run).toMatchObject({ status: 'diverged', modelVersion: null, isResumable: false });
    expect(run.reason).toMatch(/at step \d+: try a lower learning rate, first not finite at \w+ \w+/);
    expect(station.registry.listModels()).toEqual([]);
  });

  it('fits its schedule into the time budget', async () => {
    const station = await openWithShapes();
    const run = await trainQuickly(station, { epochs: 5_000, timeBudgetS: 1.5 });
    expect(run).toMatchObject({ status: 'completed' });
    expect(run.reason).toMatch(/time budget/);
    expect(run.metrics.learning_rate).toBeLessThan(0.0005);
    const { spent_ms: spentMs } =
      station.store.db.get<{ spent_ms: number }>('SELECT spent_ms FROM run') ?? {};
    expect(spentMs).toBeLessThan(3_500);
  });

  it('keeps one checkpoint while it can go on, and none when it is over', async () => {
    const station = await openWithShapes();
    const { blobs } = station.store;
    const before = (await blobs.measure()).blobs;
    const begun = await startQuickly(station, { epochs: 2_000 });
    await vi.waitFor(() => expect(station.training.getRun(begun.id).checkpointEpoch).toBeGreaterThan(3), {
      timeout: 20_000,
    });
    station.training.cancelRun(begun.id);
    await waitForEnd(station, begun);
    const kept = station.store.runs.findCheckpoint(begun.id)?.hash;
    if (!kept) throw new Error('a cancelled run keeps its checkpoint');
    await vi.waitFor(async () => expect((await blobs.measure()).blobs).toBe(before + 1));
    expect(await blobs.verify(kept)).toBe('intact');
    const ended = await trainQuickly(station, { epochs: 4 });
    expect(ended).toMatchObject({ status: 'completed', checkpointEpoch: 4, isResumable: false });
    expect(station.store.runs.findCheckpoint(ended.id)).toBeUndefined();
    await vi.waitFor(async () => expect((await blobs.measure()).blobs).toBe(before + 2));
    expect(await station.store.maintenance.checkIntegrity({ isDeep: true })).toMatchObject({ problems: [] });
  });

  it('does without validation and test pictures, and says by what it chose the epoch', async () => {
    const station = await openWithShapes({ train: 16, val: 0, test: 0 });
    const run = await trainQuickly(station, { epochs: 2 });
    expect(run.reason).toMatch(/the best on the training pictures/);
    expect(run).toMatchObject({ status: 'completed', modelVersion: 1 });
    expect(station.evaluations.listEvaluations({})).toEqual([]);
  });
});

describe('a training run that can not be', () => {
  it('is refused for one class, no training pictures, or a dataset that is not there', async () => {
    const station = openMiniStation({ worksJobs: false });
    const picture = (digit: string, className: string, split: 'train' | 'test') => ({
      imageHash: testHash<ImageHash>(digit),
      className,
      split,
    });
    insertDataset(station.store.db, {
      name: 'one',
      version: 1,
      pictures: [picture('1', 'a', 'train'), picture('2', 'b', 'test')],
    });
    insertDataset(station.store.db, {
      name: 'none',
      version: 1,
      pictures: [picture('3', 'a', 'test'), picture('4', 'b', 'test')],
    });
    const start = (dataset: string) => station.training.startRun(startTrainingSchema.parse({ dataset }));
    await expect(start('one')).rejects.toMatchObject({ code: 'DATASET_SINGLE_CLASS' });
    await expect(start('none')).rejects.toMatchObject({ code: 'DATASET_SPLIT_EMPTY' });
    await expect(start('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(station.training.listRuns(10)).toEqual([]);
  });

  it('fails with the reason when a picture is gone, and can be resumed', {
    timeout: 30_000,
  }, async () => {
    const station = openMiniStation();
    const [picture] = await addShapes(station.store, { perClass: { train: 8, val: 0, test: 0 } });
    insertDataset(station.store.db, {
      name: 'damaged',
      version: 1,
      pictures: [
        { imageHash: testHash<ImageHash>('5'), className: 'disc', split: 'train' },
        { imageHash: picture?.imageHash ?? testHash<ImageHash>('6'), className: 'ring', split: 'train' },
      ],
    });
    const run = await trainQuickly(station, {}, 'damaged');
    expect(run).toMatchObject({ status: 'failed', isResumable: true });
    expect(run.reason).toMatch(/blob 5{64} is not in/);
    expect(() => station.training.resumeRun('unknown' as never)).toThrow('there is no run unknown');
  });
});
