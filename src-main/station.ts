/** Composition root: builds the whole application in order, fills the ports between domains, and takes it down again. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { StationClient } from '../src-preload/contract/index.ts';
import type { Health } from '../src-preload/contract/system.ts';
import { readOverview } from './api/overview.ts';
import { createPictureSource, type PictureSource } from './api/picture-source.ts';
import { createProviderProbe } from './api/provider-probe.ts';
import { createRouter, type StationRouter } from './api/router.ts';
import { createShownPictures } from './api/shown-pictures.ts';
import { createStationEvents, type StationEvents } from './api/station-events.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import { createJobQueue, type JobQueue } from './jobs/queue.ts';
import type { WorkerLauncher } from './jobs/worker-port.ts';
import { createAnnotation } from './loop/annotation/annotation.ts';
import { createAutoLabelHandler } from './loop/annotation/auto-label/auto-label-handler.ts';
import { createAutoLabels } from './loop/annotation/auto-label/auto-labels.ts';
import { createScoreHandler } from './loop/annotation/auto-label/score-handler.ts';
import { createMeasureHandler } from './loop/annotation/quality/measure-handler.ts';
import { createQuality } from './loop/annotation/quality/quality.ts';
import { createDiversifyHandler } from './loop/annotation/queues/diversify-handler.ts';
import { createQueues } from './loop/annotation/queues/queues.ts';
import { createBlindDesk } from './loop/annotation/team/blind-desk.ts';
import { createComments } from './loop/annotation/team/comments.ts';
import { createConsensusDesk } from './loop/annotation/team/consensus.ts';
import { createGold } from './loop/annotation/team/gold.ts';
import { createTeam } from './loop/annotation/team/team.ts';
import { createCollector } from './loop/collector/collector.ts';
import { createImages } from './loop/collector/images.ts';
import { createImportHandler } from './loop/collector/import-handler.ts';
import { createDatasets } from './loop/dataset/datasets.ts';
import { createExportHandler } from './loop/dataset/export/export-handler.ts';
import { createExports } from './loop/dataset/export/exports.ts';
import { createDeployment } from './loop/deployment/deployment.ts';
import { createEvaluateHandler } from './loop/evaluation/evaluate-handler.ts';
import { createEvaluations } from './loop/evaluation/evaluations.ts';
import { createRegistry } from './loop/registry/registry.ts';
import { createKeptForms } from './loop/training/kept-forms.ts';
import { createTrainHandler } from './loop/training/train-handler.ts';
import { createTraining } from './loop/training/training.ts';
import { publishPresence } from './store/presence.ts';
import { openStore, type Store } from './store/store.ts';

export interface StationOptions {
  readonly dataDir: string;
  readonly host: Health['host'];
  /** Of this Fieldstation. */
  readonly version: string;
  readonly launcher: WorkerLauncher;
  readonly clock: Clock;
  readonly log: Log;
  /** Make the data folder where there is none. */
  readonly create: boolean;
  /**
   * True if absent: what waits in the queue is worked on, champions are put in service, and the store is kept in
   * order. False for a look at the station that ends soon; a prediction still starts what it needs.
   */
  readonly worksJobs?: boolean;
}

export interface Station {
  readonly dataDir: string;
  readonly version: string;
  readonly router: StationRouter;
  /** The same calls within this process. */
  readonly client: StationClient;
  readonly events: StationEvents;
  readonly pictures: PictureSource;
  readonly log: Log;
  /** Tells other processes of this machine where the station answers. */
  announce(address: string, token: string): void;
  /** Brings jobs to rest and closes the store; any number of callers wait for the one end. */
  shutdown(): Promise<void>;
}

/** @throws {AppError} STATION_NOT_INITIALIZED, STATION_IN_USE, STORE_* */
export function createStation(options: StationOptions): Station {
  const core = createCore(options);
  const queue: JobQueue = createQueue(core, () => domains);
  const domains: Domains = createDomains(core, queue);
  const router = createStationRouter(core, domains, queue);
  if (options.worksJobs ?? true) startWork(core, domains, queue);
  const { store, events, startedAt, dataDir, version, host, log, launcher } = core;
  const shown = createShownPictures(join(store.folder.dir, 'cache', 'pictures'), launcher);
  let end: Promise<void> | undefined;
  return {
    dataDir,
    version,
    router,
    client: createRouterClient(router, { context: {} }),
    events,
    pictures: createPictureSource({ store, shown }),
    log,
    announce: (address, token) =>
      publishPresence(dataDir, { pid: process.pid, host, startedAt, address, token }),
    shutdown: () => {
      end ??= shutDown(core, domains, queue);
      return end;
    },
  };
}

type Core = ReturnType<typeof createCore>;

/** What every domain stands on, and the domains that stand alone. */
function createCore(options: StationOptions) {
  const { dataDir, create, host, clock, launcher, version } = options;
  const store = openStore(dataDir, { create, host, clock });
  const events = createStationEvents();
  const probe = createProviderProbe({ launcher, version, file: join(store.folder.dir, 'providers.json') });
  const keptForms = createKeptForms(join(store.folder.dir, 'convolution-forms.json'));
  const base = { ...options, store, events, probe, keptForms, publish: events.publish };
  return {
    ...base,
    registry: createRegistry(base),
    datasets: createDatasets(base),
    ...createLabelling(base),
    startedAt: clock.now(),
    threads: availableParallelism(),
    chooseProvider: () => probe.resolve(store.settings.read().device),
  };
}

/** What people label by, alone and together. */
function createLabelling(base: Parameters<typeof createAnnotation>[0] & { readonly store: Store }) {
  const annotation = createAnnotation(base);
  const blindDesk = createBlindDesk({ ...base, annotation });
  return {
    annotation,
    blindDesk,
    comments: createComments({ ...base, blindDesk }),
    consensusDesk: createConsensusDesk(base),
    team: createTeam(base),
    gold: createGold(base),
  };
}

type Domains = ReturnType<typeof createDomains>;

/** The domains that queue jobs. */
function createDomains(core: Core, jobs: JobQueue) {
  const { getVersion, listVersions } = core.registry;
  const evaluations = createEvaluations({ ...core, jobs, getVersion });
  // Its threads are its own affair: a small net answers fastest on one.
  const { threads: _, ...withoutThreads } = core;
  const deployment = createDeployment({
    ...withoutThreads,
    getVersion,
    compare: (a, b, dataset) => evaluations.compareModels({ a, b, dataset }),
  });
  const collector = createCollector({ ...core, jobs });
  const exports = createExports({ ...core, jobs });
  const autoLabels = createAutoLabels({ ...core, jobs, getVersion });
  const quality = createQuality({ ...core, jobs });
  const queues = createQueues({ ...core, jobs, listVersions });
  const training = createTraining({
    ...core,
    jobs,
    getModel: getVersion,
    resolveProvider: core.probe.resolve,
    getAmp: core.probe.getAmp,
  });
  return { evaluations, deployment, collector, exports, autoLabels, quality, queues, training };
}

/** @param domains asked for when a job moves: they need the queue before it can know them. */
function createQueue(core: Core, domains: () => Domains): JobQueue {
  return createJobQueue({
    ...core,
    handlers: {
      import: createImportHandler(core),
      train: createTrainHandler({
        ...core,
        registerVersion: (draft) => domains().deployment.adopt(core.registry.registerVersion(draft)),
        recordEvaluation: (measured) => domains().evaluations.recordEvaluation(measured),
      }),
      evaluate: createEvaluateHandler(core),
      export: createExportHandler(core),
      label: createAutoLabelHandler(core),
      score: createScoreHandler(core),
      measure: createMeasureHandler(core),
      diversify: createDiversifyHandler(core),
    },
    onChange: (job) => core.publish({ type: 'job.updated', job }),
  });
}

function createStationRouter(core: Core, domains: Domains, queue: JobQueue): StationRouter {
  const { store } = core;
  const services = { ...core, ...domains, queue, images: createImages(core) };
  return createRouter({
    ...services,
    readOperator: () => store.settings.read().operator,
    readOverview: () => readOverview(services),
  });
}

/** A command that ends soon leaves upkeep and serving to the station that stays. */
function startWork({ host, log, store, probe }: Core, { deployment }: Domains, queue: JobQueue): void {
  queue.start();
  if (host === 'cli') return;
  deployment.start();
  const tell = (what: string) => (error: unknown) => log.warn({ err: error }, `${what} failed`);
  store.maintenance.maintain().catch(tell('upkeep of the store'));
  if (probe.reports.length === 0) probe.probe().catch(tell('the probe of the providers'));
}

async function shutDown({ events, store }: Core, { deployment }: Domains, queue: JobQueue): Promise<void> {
  events.close();
  deployment.close();
  await queue.shutdown();
  store.close();
}
