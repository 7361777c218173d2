/** Checks of pictures and labels, groups of pictures that look alike, and what persons decide about them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import type {
  DuplicateGroup,
  QualityDecision,
  QualityReport,
} from '../../../../src-preload/contract/quality.ts';
import { qualityKindSchema } from '../../../../src-preload/contract/quality-check.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import type { JobQueue } from '../../../jobs/queue.ts';
import { findRareClasses, measureLabels } from '../../../statistics/label-checks.ts';
import type { Store } from '../../../store/store.ts';
import type { FingerprintedPicture, NewQualityDecision } from '../../../store/tables/quality.ts';
import { type Decided, type FoundGroup, findLookalikes, groupUndecided } from './duplicate-groups.ts';

export interface QualityOptions {
  readonly store: Pick<Store, 'db' | 'quality' | 'imageQueries' | 'annotations' | 'settings' | 'jobs'>;
  readonly clock: Clock;
  readonly jobs: Pick<JobQueue, 'enqueue'>;
  readonly publish: (event: StationEvent) => void;
}

export interface QualityWindow {
  /** Groups to skip. */
  readonly offset: number;
  readonly limit: number;
}

export interface DuplicateGroupPage {
  groups: DuplicateGroup[];
  total: number;
  /** Groups of the same pixels. */
  exact: number;
  /** Pictures in all groups. */
  pictures: number;
}

export interface Quality {
  /** Measures labels that changed since the last time, so that what a filter finds is up to date. */
  refreshLabels(): Promise<void>;
  checkQuality(): Promise<QualityReport>;
  /**
   * Queues the pictures that have not been measured; one job at a time.
   * @throws {AppError} IMAGES_EMPTY where all are
   */
  startMeasuring(): Job;
  /** Of a group with very many pictures the first come, the others once these are decided. */
  listDuplicateGroups(window: QualityWindow): Promise<DuplicateGroupPage>;
  /**
   * What is set aside leaves queues and new dataset versions; what is kept together is no longer told as alike.
   * @throws {AppError} INPUT_INVALID where nothing is decided or a picture is on both sides, NOT_FOUND
   */
  decide(request: { keep: readonly ImageHash[]; setAside: readonly ImageHash[] }): QualityDecision;
  /**
   * Brings pictures back that are set aside; those that are not are left alone.
   * @throws {AppError} INPUT_INVALID where none is set aside, NOT_FOUND
   */
  takeBack(imageHashes: readonly ImageHash[]): QualityDecision;
  /** Takes back the last decision. @returns its pictures; none where there is no decision left */
  undoDecision(): { imageHashes: ImageHash[] };
}

export function createQuality(options: QualityOptions): Quality {
  const { store, clock, publish } = options;
  const lookalikes = createLookalikes(store);
  const tell = (imageHashes: ImageHash[]) =>
    store.db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes }));
  const record = (decision: Omit<NewQualityDecision, 'author' | 'at'>): QualityDecision => {
    const author = store.settings.read().operator;
    store.quality.insertDecision({ author, at: clock.now(), ...decision });
    tell([...decision.setAside, ...decision.takeBack]);
    const made = store.quality.findLastDecision();
    if (!made) throw new Error('bug: the decision has no row');
    return made;
  };
  return {
    refreshLabels: () => refreshLabels(store),
    checkQuality: async () => {
      await refreshLabels(store);
      return readReport(store);
    },
    startMeasuring: () => startMeasuring(options),
    listDuplicateGroups: async (window) => {
      const { differentBits } = store.settings.read().quality;
      const found = groupUndecided(await lookalikes.find(differentBits), differentBits, readDecided(store));
      return toPage(store, found, window);
    },
    decide: ({ keep, setAside }) =>
      store.db.transaction(() => {
        assertDecidable(store, keep, setAside);
        return record({ keep, setAside, takeBack: [] });
      }),
    takeBack: (imageHashes) =>
      store.db.transaction(() => {
        assertKnown(store, imageHashes);
        const aside = new Set(store.quality.listSetAside());
        const takeBack = [...new Set(imageHashes)].filter((hash) => aside.has(hash));
        if (takeBack.length > 0) return record({ keep: [], setAside: [], takeBack });
        throw new AppError('INPUT_INVALID', 'expected pictures that are set aside, got none', {});
      }),
    undoDecision: () =>
      store.db.transaction(() => {
        const last = store.quality.findLastDecision();
        const imageHashes = last ? store.quality.undoDecision(last.id, clock.now()) : [];
        if (last) tell(imageHashes);
        return { imageHashes };
      }),
  };
}

/** Pictures measured between two turns of the station. */
const labelsATurn = 500;

async function refreshLabels({ db, quality }: QualityOptions['store']): Promise<void> {
  const waiting = quality.listUnchecked();
  for (let start = 0; start < waiting.length; start += labelsATurn) {
    const labels = quality.readUnchecked(waiting.slice(start, start + labelsATurn));
    const rows = labels.map(({ imageHash, revisionId, classChanges, boxes, ...picture }) => ({
      ...{ imageHash, revisionId, classChanges },
      ...measureLabels(boxes, picture),
    }));
    db.transaction(() => quality.putLabelMeasures(rows));
    await nextTurn();
  }
}

async function readReport({
  quality,
  imageQueries,
  settings,
}: QualityOptions['store']): Promise<QualityReport> {
  const { rareShare } = settings.read().quality;
  const checks: QualityReport['checks'] = [];
  for (const kind of qualityKindSchema.options) {
    checks.push({ kind, pictures: imageQueries.countMatching({ quality: kind }) });
    await nextTurn();
  }
  return {
    unmeasured: quality.listUnmeasured().length,
    checks,
    rareClasses: findRareClasses(imageQueries.count().byClass, rareShare),
    setAside: quality.countSetAside(),
    lastDecision: quality.findLastDecision() ?? null,
  };
}

/** There is one set of pictures to measure: what its jobs work for. */
const subject = 'pictures';

function startMeasuring({ store, jobs }: QualityOptions): Job {
  const running = store.jobs.findBySubject(subject);
  if (running && running.endedAt === null) return running;
  const count = store.quality.listUnmeasured().length;
  if (count > 0)
    return jobs.enqueue({ kind: 'measure', subject, title: `Measure ${count} pictures`, request: {} });
  throw new AppError('IMAGES_EMPTY', 'expected pictures that have not been measured, found none', {});
}

/** What is found holds until a picture is measured or the distance is changed. */
function createLookalikes({ quality }: QualityOptions['store']) {
  let known: { readonly key: string; readonly found: Promise<FingerprintedPicture[][]> } | undefined;
  return {
    find(distance: number): Promise<FingerprintedPicture[][]> {
      const key = `${quality.countMeasured()} ${distance}`;
      if (known?.key !== key) known = { key, found: findLookalikes(quality.listFingerprints(), distance) };
      return known.found;
    },
  };
}

function readDecided({ quality }: QualityOptions['store']): Decided {
  const aside = new Set(quality.listSetAside());
  const decisions = new Map<ImageHash, Set<number>>();
  for (const { imageHash, decisionId } of quality.listKept()) {
    const ids = decisions.get(imageHash) ?? new Set();
    decisions.set(imageHash, ids.add(decisionId));
  }
  return {
    isSetAside: (imageHash) => aside.has(imageHash),
    areKeptTogether: (first, second) => {
      const others = decisions.get(second);
      return others !== undefined && [...(decisions.get(first) ?? [])].some((id) => others.has(id));
    },
  };
}

/** Pictures of a group that are looked at together. */
const mostTogether = 24;

function toPage(
  { imageQueries }: QualityOptions['store'],
  found: readonly FoundGroup[],
  { offset, limit }: QualityWindow,
): DuplicateGroupPage {
  const groups = found.slice(offset, offset + limit).map(({ pictures, isExact }) => ({
    pictures: pictures
      .slice(0, mostTogether)
      .map(({ imageHash, ...likeness }) => ({ image: imageQueries.get(imageHash), ...likeness })),
    isExact,
  }));
  return {
    groups,
    total: found.length,
    exact: found.filter(({ isExact }) => isExact).length,
    pictures: found.reduce((sum, { pictures }) => sum + pictures.length, 0),
  };
}

function assertDecidable(
  { annotations }: QualityOptions['store'],
  keep: readonly ImageHash[],
  setAside: readonly ImageHash[],
): void {
  const all = [...keep, ...setAside];
  if (keep.length < 2 && setAside.length === 0) {
    throw new AppError(
      'INPUT_INVALID',
      `expected pictures to set aside, or two or more to keep together, got ${keep.length} to keep`,
      {},
    );
  }
  if (new Set(all).size < all.length) {
    throw new AppError('INPUT_INVALID', 'expected every picture once, to keep or to set aside', {});
  }
  assertKnown({ annotations }, all);
}

function assertKnown(
  { annotations }: Pick<QualityOptions['store'], 'annotations'>,
  all: readonly ImageHash[],
): void {
  const unknown = annotations.listUnknownImages(all);
  if (unknown.length > 0) {
    throw new AppError('NOT_FOUND', `${unknown.length} of ${all.length} pictures are not in the station`, {
      data: { imageHashes: unknown },
    });
  }
}
