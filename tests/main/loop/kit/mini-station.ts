/** Store, queue and the domains of the model's half of the loop, put together as the station does, with real workers. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createSilentLog } from '../../../../src-main/base/log.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createForkLauncher } from '../../../../src-main/jobs/fork-launcher.ts';
import { type AnyJobHandler, createJobQueue, type JobQueue } from '../../../../src-main/jobs/queue.ts';
import type { WorkerLauncher, WorkerProcess } from '../../../../src-main/jobs/worker-port.ts';
import { createAutoLabelHandler } from '../../../../src-main/loop/annotation/auto-label/auto-label-handler.ts';
import { createScoreHandler } from '../../../../src-main/loop/annotation/auto-label/score-handler.ts';
import { createMeasureHandler } from '../../../../src-main/loop/annotation/quality/measure-handler.ts';
import { createDiversifyHandler } from '../../../../src-main/loop/annotation/queues/diversify-handler.ts';
import { createDatasets } from '../../../../src-main/loop/dataset/datasets.ts';
import { createExportHandler } from '../../../../src-main/loop/dataset/export/export-handler.ts';
import { createDeployment, type DeploymentOptions } from '../../../../src-main/loop/deployment/deployment.ts';
import { createEvaluateHandler } from '../../../../src-main/loop/evaluation/evaluate-handler.ts';
import { createEvaluations } from '../../../../src-main/loop/evaluation/evaluations.ts';
import { createRegistry } from '../../../../src-main/loop/registry/registry.ts';
import { createKeptForms } from '../../../../src-main/loop/training/kept-forms.ts';
import { createTrainHandler } from '../../../../src-main/loop/training/train-handler.ts';
import { createTraining } from '../../../../src-main/loop/training/training.ts';
import { openStore, type Store } from '../../../../src-main/store/store.ts';
import type { Split } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import type { Run, StartTraining } from '../../../../src-preload/contract/training.ts';
import { startTrainingSchema } from '../../../../src-preload/contract/training.ts';
import { type DatasetPicture, insertDataset } from '../../store/tables/insert-dataset.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';
import { drawPicture, shapeNames } from './draw-pictures.ts';

export type MiniStation = ReturnType<typeof openMiniStation>;

const forkLauncher = createForkLauncher(fileURLToPath(new URL('./worker-entry.ts', import.meta.url)));

export function openMiniStation(
  options: { dataDir?: string; deployment?: Partial<DeploymentOptions>; worksJobs?: boolean } = {},
) {
  const workers: WorkerProcess[] = [];
  const launcher: WorkerLauncher = {
    launch: (role) => {
      const worker = forkLauncher.launch(role);
      workers.push(worker);
      return worker;
    },
  };
  const dataDir = options.dataDir ?? createTemporaryFolder();
  const store = openStore(dataDir, { create: true });
  const events: StationEvent[] = [];
  const base = {
    store,
    clock: systemClock,
    log: createSilentLog(),
    publish: (event: StationEvent) => void events.push(event),
  };
  const datasets = createDatasets(base);
  const registry = createRegistry(base);
  const jobs: Pick<JobQueue, 'enqueue' | 'cancel' | 'wait'> = {
    enqueue: (draft) => queue.enqueue(draft),
    cancel: (id) => queue.cancel(id),
    wait: (id, signal) => queue.wait(id, signal),
  };
  const engine = { chooseProvider: () => 'cpu' as const, threads: 2, version: 'test' };
  const evaluations = createEvaluations({
    ...base,
    ...engine,
    launcher,
    jobs,
    datasets,
    getVersion: registry.getVersion,
  });
  const deployment = createDeployment({
    ...base,
    launcher,
    chooseProvider: engine.chooseProvider,
    getVersion: registry.getVersion,
    compare: (a, b, dataset) => evaluations.compareModels({ a, b, dataset }),
    ...options.deployment,
  });
  const training = createTraining({
    ...base,
    ...engine,
    jobs,
    datasets,
    getModel: registry.getVersion,
    resolveProvider: async () => 'cpu',
    getAmp: () => ({ isUsable: false, reason: 'it brings nothing on the CPU' }),
  });
  const train = createTrainHandler({
    ...base,
    datasets,
    keptForms: createKeptForms(join(store.folder.dir, 'convolution-forms.json')),
    registerVersion: (draft) => deployment.adopt(registry.registerVersion(draft)),
    recordEvaluation: evaluations.recordEvaluation,
  });
  const evaluate = createEvaluateHandler({ ...base, datasets });
  const queue = createJobQueue({
    ...base,
    launcher,
    handlers: {
      train: train as AnyJobHandler,
      evaluate: evaluate as AnyJobHandler,
      import: train as AnyJobHandler,
      export: createExportHandler({ ...base, datasets }) as AnyJobHandler,
      label: createAutoLabelHandler(base) as AnyJobHandler,
      score: createScoreHandler(base) as AnyJobHandler,
      measure: createMeasureHandler(base) as AnyJobHandler,
      diversify: createDiversifyHandler(base) as AnyJobHandler,
    },
    onChange: () => undefined,
    timing: { retryDelayMs: 10 },
  });
  if (options.worksJobs ?? true) queue.start();
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    deployment.close();
    await queue.shutdown();
    store.close();
  };
  onTestFinished(close);
  return {
    dataDir,
    store,
    queue,
    datasets,
    registry,
    evaluations,
    deployment,
    training,
    events,
    workers,
    close,
  };
}

export interface ShapesOptions {
  readonly name?: string;
  readonly version?: number;
  /** Pictures of each class. */
  readonly perClass: Readonly<Record<Split, number>>;
  readonly size?: number;
  readonly seed?: number;
}

/** Draws pictures of three shapes, writes them to the blobs, and makes a dataset version of them. */
export async function addShapes(
  { db, blobs }: Pick<Store, 'db' | 'blobs'>,
  { name = 'shapes', version = 1, perClass, size = 24, seed = 1 }: ShapesOptions,
): Promise<DatasetPicture[]> {
  const pictures: DatasetPicture[] = [];
  for (const [split, count] of Object.entries(perClass) as [Split, number][]) {
    for (const className of shapeNames) {
      const random = createRandom(seed, split, className);
      const drawn = await Promise.all(
        Array.from({ length: count }, () => drawPicture(className, size, random)),
      );
      const hashes = await blobs.writeMany(drawn);
      pictures.push(...hashes.map((imageHash) => ({ imageHash, className, split })));
    }
  }
  insertDataset(db, { name, version, pictures });
  return pictures;
}

/** The smallest and fastest training that still learns. */
export const quick = { epochs: 4, imageSize: 16, batchSize: 16, augmentation: 0 } as const;

export async function startQuickly(
  station: MiniStation,
  parameters: Partial<StartTraining['parameters']> = {},
  dataset = 'shapes',
): Promise<Run> {
  const request = { dataset, parameters: { ...quick, ...parameters } };
  return station.training.startRun(startTrainingSchema.parse(request));
}

/** Starts a run and waits for its end. */
export async function trainQuickly(
  station: MiniStation,
  parameters: Partial<StartTraining['parameters']> = {},
  dataset = 'shapes',
): Promise<Run> {
  return waitForEnd(station, await startQuickly(station, parameters, dataset));
}

export async function waitForEnd({ queue, training }: MiniStation, run: Run): Promise<Run> {
  if (!run.job) throw new Error('a started run has a job');
  await queue.wait(run.job.id);
  return training.getRun(run.id);
}
