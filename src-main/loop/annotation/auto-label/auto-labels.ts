/** Models at work on pictures as the station sees it: started as jobs, labelling told about with the rate of errors. */
import { isAbsolute } from 'node:path';
import type { AutoLabel, StartAutoLabel } from '../../../../src-preload/contract/auto-label.ts';
import type { AutoLabelId, BlobHash, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import type { StartScoring } from '../../../../src-preload/contract/queue.ts';
import type { ModelVersion } from '../../../../src-preload/contract/registry.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import { createId } from '../../../base/ids.ts';
import type { ProviderName } from '../../../engine/index.ts';
import type { JobQueue } from '../../../jobs/queue.ts';
import { wilsonInterval } from '../../../statistics/wilson-interval.ts';
import type { Store } from '../../../store/store.ts';
import type { AutoLabelRecord } from '../../../store/tables/auto-labels.ts';
import type { AutoLabelRequest, ScoreRequest } from './auto-label-job.ts';

export interface AutoLabelsOptions {
  readonly store: Pick<
    Store,
    'db' | 'autoLabels' | 'imageQueries' | 'settings' | 'blobs' | 'jobs' | 'pictureScores'
  >;
  readonly clock: Clock;
  readonly jobs: Pick<JobQueue, 'enqueue'>;
  /** Of the registry. @throws {AppError} NOT_FOUND, INPUT_INVALID */
  readonly getVersion: (reference: string) => ModelVersion;
  readonly chooseProvider: () => ProviderName | Promise<ProviderName>;
  readonly threads: number;
}

export interface AutoLabels {
  /**
   * Queues a model to label pictures that nobody has labelled yet.
   * @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE, IMAGES_EMPTY where no picture is to be labelled
   */
  startAutoLabel(request: StartAutoLabel): Promise<AutoLabel>;
  /**
   * Queues a model to look at all pictures that it has not looked at, or again at all; labels stay as they are.
   * @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE, IMAGES_EMPTY where it has looked at all of them
   */
  startScoring(request: StartScoring): Promise<Job>;
  /** Newest first. */
  listAutoLabels(limit: number): AutoLabel[];
}

export function createAutoLabels(options: AutoLabelsOptions): AutoLabels {
  const { store } = options;
  return {
    startAutoLabel: (request) => startLabelling(options, request),
    startScoring: (request) => startScoring(options, request),
    listAutoLabels: (limit) => store.autoLabels.list(limit).map(toAutoLabel),
  };
}

async function startLabelling(options: AutoLabelsOptions, request: StartAutoLabel): Promise<AutoLabel> {
  const { store, clock, jobs } = options;
  const imageHashes = listOpenPictures(options, request);
  const resolved = await resolveModel(options, request.model);
  const id = createId(clock) as AutoLabelId;
  const { acceptFrom, auditShare, confidence } = request;
  const look = await toLook(options, resolved, { imageHashes, confidence });
  return store.db.transaction(() => {
    const order: AutoLabelRequest = { ...look, id, acceptFrom, auditShare };
    const title = `Label ${imageHashes.length} pictures by ${look.model}`;
    const job = jobs.enqueue({ kind: 'label', subject: id, title, request: order });
    store.autoLabels.insert({ id, jobId: job.id, model: look.model, acceptFrom, startedAt: clock.now() });
    const made = store.autoLabels.find(id);
    if (!made) throw new Error(`bug: labelling ${id} has no row`);
    return toAutoLabel(made);
  });
}

async function startScoring(options: AutoLabelsOptions, request: StartScoring): Promise<Job> {
  const { store, jobs } = options;
  const resolved = await resolveModel(options, request.model);
  const { label } = resolved;
  const running = store.jobs.findBySubject(label);
  if (running?.kind === 'score' && running.endedAt === null) return running;
  const unseen = store.pictureScores.listUnseen(request.again ? null : label).slice(0, mostPictures);
  if (unseen.length === 0) {
    throw new AppError(
      'IMAGES_EMPTY',
      `expected pictures that ${label} has not looked at, found none: import more, or have it look again`,
      { data: { model: label } },
    );
  }
  const { confidence } = request;
  const order = await toLook(options, resolved, { imageHashes: unseen, confidence });
  const title = `Look at ${unseen.length} pictures by ${label}`;
  return jobs.enqueue({ kind: 'score', subject: label, title, request: order });
}

async function toLook(
  { store, chooseProvider, threads }: AutoLabelsOptions,
  { hash: modelHash, label: model }: { readonly hash: BlobHash; readonly label: string },
  pictures: Pick<ScoreRequest, 'imageHashes' | 'confidence'>,
): Promise<ScoreRequest> {
  const { task } = store.settings.read();
  return { ...pictures, task, modelHash, model, provider: await chooseProvider(), threads };
}

/** The contract's limit for one job; more are labelled by another. */
const mostPictures = 100_000;

/** @throws {AppError} IMAGES_EMPTY */
function listOpenPictures({ store }: AutoLabelsOptions, request: StartAutoLabel): ImageHash[] {
  const { imageHashes, filter } = request;
  const images = imageHashes
    ? imageHashes.map((hash) => store.imageQueries.get(hash))
    : store.imageQueries.list({ filter, offset: 0, limit: mostPictures }).images;
  const open = images.filter(({ state }) => state === 'none' || state === 'predicted');
  if (open.length > 0) return open.map(({ hash }) => hash);
  throw new AppError(
    'IMAGES_EMPTY',
    `expected pictures that nobody has labelled or begun, found none among ${images.length}: choose others, or import more`,
    { data: { found: images.length } },
  );
}

/** A file is copied to the blobs: the job may run later. */
async function resolveModel(
  { getVersion, store }: AutoLabelsOptions,
  reference: string,
): Promise<{ hash: BlobHash; label: string }> {
  if (!isAbsolute(reference)) {
    const { name, version, blobHash } = getVersion(reference);
    return { hash: blobHash, label: `${name}/${version}` };
  }
  try {
    return { hash: await store.blobs.writeFile(reference), label: reference };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('MODEL_UNREADABLE', `the model file ${reference} can not be read: ${reason}`, {
      cause,
    });
  }
}

function toAutoLabel(record: AutoLabelRecord): AutoLabel {
  const { reviewed, wrong } = record;
  return { ...record, errorInterval: reviewed === 0 ? null : wilsonInterval(wrong, reviewed) };
}
