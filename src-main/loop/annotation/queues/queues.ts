/** The queues of the labelling desk: what waits in each, how fast it goes, and what models say of labels. */
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import {
  type DeskQueues,
  type PictureScore,
  type QueueId,
  type QueueNeed,
  queueFilters,
  queueIdSchema,
} from '../../../../src-preload/contract/queue.ts';
import type { ModelVersion } from '../../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import type { JobQueue } from '../../../jobs/queue.ts';
import { measurePace, paceGaps } from '../../../statistics/pace.ts';
import type { Store } from '../../../store/store.ts';
import type { DiversifyRequest } from './diversify-job.ts';
import { measureDisputes } from './measure-disputes.ts';
import { judgeStaleLabels } from './stale-labels.ts';

export interface QueuesOptions {
  readonly store: Pick<
    Store,
    | 'db'
    | 'annotations'
    | 'diversePictures'
    | 'disputes'
    | 'imageQueries'
    | 'jobs'
    | 'opinions'
    | 'pictureScores'
    | 'labelJudgements'
    | 'queueCounts'
    | 'settings'
  >;
  readonly clock: Clock;
  readonly jobs: Pick<JobQueue, 'enqueue'>;
  readonly publish: (event: StationEvent) => void;
  /** Of the registry, newest first. */
  readonly listVersions: () => ModelVersion[];
}

export interface Decision {
  readonly imageHash: ImageHash;
  readonly isKept: boolean;
  /** Absent: the station's operator. */
  readonly annotator?: string | undefined;
}

export interface Queues {
  /** Brings up to date what a queue of disagreements or suspect labels holds. */
  refresh(): Promise<void>;
  /** @param annotator whose queues and pace; absent: the station's operator */
  listQueues(annotator?: string): Promise<DeskQueues>;
  /** Null where no model has looked. */
  findScore(imageHash: ImageHash): PictureScore | null;
  /** @throws {AppError} NOT_FOUND where no model has judged the label */
  confirmLabel(decision: Decision): PictureScore;
  /** One job at a time. @throws {AppError} IMAGES_EMPTY where no picture is measured that nobody has labelled */
  chooseDiverse(request: DiversifyRequest): Job;
}

export function createQueues(options: QueuesOptions): Queues {
  const { store } = options;
  const refresh = createRefresh(store);
  return {
    refresh,
    listQueues: async (annotator) => {
      await refresh();
      return readQueues(options, annotator);
    },
    findScore: (imageHash) => store.pictureScores.find(imageHash) ?? null,
    confirmLabel: (decision) => confirmLabel(options, decision),
    chooseDiverse: (request) => chooseDiverse(options, request),
  };
}

/** Callers at the same time wait for one round; what changes during it is for the next. */
function createRefresh(store: QueuesOptions['store']): () => Promise<void> {
  let running: Promise<void> | undefined;
  const work = async () => {
    await judgeStaleLabels(store);
    await measureDisputes(store);
  };
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

function readQueues({ store, listVersions }: QueuesOptions, annotator: string | undefined): DeskQueues {
  const versions = listVersions();
  const first = versions.find(({ aliases }) => aliases.includes('champion')) ?? versions[0];
  const reference = first && `${first.name}/${first.version}`;
  const pictures = store.queueCounts.count({});
  const described = store.diversePictures.countDescribed();
  const counts = countQueues(store, annotator);
  const needs = (id: QueueId): QueueNeed | null => {
    if (counts[id] > 0 || !isSmart(id)) return null;
    if (pictures === 0) return 'pictures';
    if (id === 'diverse') return described === 0 ? 'measures' : counts.unlabelled > 0 ? 'choice' : null;
    if (store.pictureScores.hasAny()) return null;
    return reference === undefined ? 'model' : 'scores';
  };
  const author = annotator ?? store.settings.read().operator;
  return {
    queues: queueIdSchema.options.map((id) => ({ id, pictures: counts[id], needs: needs(id) })),
    picturesPerHour: measurePace(store.pictureScores.listFinishes(author, paceGaps + 1)),
    model: reference === undefined ? null : { reference, unseen: store.pictureScores.countUnseen(reference) },
    undescribed: Math.max(0, store.queueCounts.countPictures() - described),
  };
}

function isSmart(id: QueueId): boolean {
  return 'queue' in queueFilters[id];
}

function countQueues(
  { imageQueries, queueCounts }: Pick<Store, 'imageQueries' | 'queueCounts'>,
  annotator: string | undefined,
): Record<QueueId, number> {
  const count = (id: QueueId) => {
    const filter = queueFilters[id];
    const isTheirs = annotator !== undefined && waitsForAnnotators.has(id);
    return isTheirs
      ? imageQueries.countMatching({ ...filter, waitingFor: annotator })
      : queueCounts.count(filter);
  };
  return Object.fromEntries(queueIdSchema.options.map((id) => [id, count(id)])) as Record<QueueId, number>;
}

/** What is not labelled waits for each annotator until they have answered it. */
const waitsForAnnotators: ReadonlySet<QueueId> = new Set(['unlabelled', 'uncertain', 'diverse']);

function confirmLabel(
  { store, clock, publish }: QueuesOptions,
  { imageHash, isKept, annotator }: Decision,
): PictureScore {
  return store.db.transaction(() => {
    if (!store.pictureScores.find(imageHash)?.judgement) {
      throw new AppError(
        'NOT_FOUND',
        `expected a labelled picture whose label a model has judged, got ${imageHash}: have a model look at the pictures first`,
        { data: { imageHash } },
      );
    }
    if (isKept) {
      store.pictureScores.keepLabel(imageHash, annotator ?? store.settings.read().operator, clock.now());
    } else store.pictureScores.dropDecision(imageHash);
    store.db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes: [imageHash] }));
    const score = store.pictureScores.find(imageHash);
    if (!score) throw new Error(`bug: the score of picture ${imageHash} is gone`);
    return score;
  });
}

/** There is one choice: what its jobs work for. */
const subject = 'diverse';

function chooseDiverse({ store, jobs }: QueuesOptions, { count }: DiversifyRequest): Job {
  const running = store.jobs.findBySubject(subject);
  if (running && running.endedAt === null) return running;
  if (store.diversePictures.countDescribed() === 0) {
    throw new AppError(
      'IMAGES_EMPTY',
      'expected pictures that are measured, found none: measure them first',
      {},
    );
  }
  const title = `Choose the ${count} most diverse pictures`;
  return jobs.enqueue({ kind: 'diversify', subject, title, request: { count } satisfies DiversifyRequest });
}
