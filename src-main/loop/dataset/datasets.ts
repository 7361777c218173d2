/** Immutable dataset versions of the labelled pictures: made, found, told about, and listed for training. */
import type {
  DatasetDifference,
  DatasetStatistics,
  DatasetVersion,
  SplitFractions,
} from '../../../src-preload/contract/dataset.ts';
import {
  type DatasetReference,
  formatDatasetReference,
  InvalidReferenceError,
  parseDatasetReference,
} from '../../../src-preload/contract/reference.ts';
import type { Overview, StationEvent } from '../../../src-preload/contract/system.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';
import type { DatasetEntry, DetectionEntry } from '../../store/tables/datasets.ts';
import { readDifference } from './difference.ts';
import { draftBoxes, draftClasses } from './draft-pictures.ts';
import {
  datasetEmpty,
  datasetNoBoxes,
  datasetSingleClass,
  datasetSplitEmpty,
  hasEmptySplit,
  taskMismatch,
} from './refusals.ts';
import { readStatistics } from './statistics.ts';
import { draftVersion, type VersionDraft } from './version-draft.ts';

export interface DatasetsOptions {
  readonly store: Pick<Store, 'db' | 'datasets' | 'settings'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface VersionRequest {
  readonly name: string;
  /** Shares of train, val and test. */
  readonly splits?: SplitFractions | undefined;
  readonly seed: number;
  /** Only pictures from these; all if absent. */
  readonly sources?: readonly string[] | undefined;
}

/** A picture with its class. */
export type ClassifiedEntry = DatasetEntry & { readonly className: string };

/** References are `NAME` for the newest version or `NAME@2`; a split behind them is heeded by `listSplit` alone. */
export interface Datasets {
  /**
   * Freezes the labelled pictures as they are. Who gets which split:
   * - A picture that was in the dataset before keeps its split, even when its label is another one, so that no test
   *   picture is ever learned; only `splits` that differ from the last version's share out everything anew.
   * - Without `splits`, pictures that came with a split keep it; where none came for validation, in whatever import, a
   *   tenth of those that came for training is held back for it, and likewise for the test. The rest goes by the last version's fractions, or 0.7, 0.2, 0.1.
   * - Shares hold in each class and overall (see `share-out.ts`); a class with one picture goes to training.
   *
   * In a station for detection it holds boxes, and a picture counts for the rarest class on it; else classes.
   * Where labels and splits are what the newest version holds, that version is returned and none is made.
   * @throws {AppError} DATASET_EMPTY, DATASET_SINGLE_CLASS, DATASET_NO_BOXES, DATASET_SPLIT_EMPTY, TASK_MISMATCH where the
   * name is that of a dataset of the other task: nothing is changed
   */
  createVersion(request: VersionRequest): DatasetVersion;
  /** Newest first; of one dataset, or of all. */
  listVersions(name?: string): DatasetVersion[];
  /** @throws {AppError} INPUT_INVALID, NOT_FOUND with what there is instead */
  getVersion(reference: string): DatasetVersion;
  /** @throws {AppError} INPUT_INVALID, NOT_FOUND */
  getStatistics(reference: string): DatasetStatistics;
  /**
   * @param from a version of the same dataset; the one before if absent; 0: everything is added
   * @throws {AppError} INPUT_INVALID, NOT_FOUND
   */
  getDifference(reference: string, from?: number): DatasetDifference;
  /**
   * The pictures of `NAME@2/test`, or of all splits where none is named, in the order of their hashes: always the same.
   * @throws {AppError} INPUT_INVALID, NOT_FOUND, TASK_MISMATCH for a dataset of boxes
   */
  listSplit(reference: string): ClassifiedEntry[];
  /**
   * The same of a dataset of boxes, with the boxes as they were when the version was made.
   * @throws {AppError} INPUT_INVALID, NOT_FOUND, TASK_MISMATCH for a dataset of classes
   */
  listDetectionSplit(reference: string): DetectionEntry[];
  /** Pictures that got their label after the newest version of any dataset was made, or that have one at all. */
  countLabelledSince(): number;
  /** The state of this stage of the loop. */
  readOverview(): Overview['datasets'];
}

type Tables = Pick<Store, 'datasets'>;

export function createDatasets({ store, clock, publish }: DatasetsOptions): Datasets {
  const { datasets, db } = store;
  const getVersion = (reference: string) => findReferred(store, parseReference(reference));
  const getVersionOf = (reference: string, task: Task) => {
    const version = getVersion(reference);
    if (version.task !== task) throw taskMismatch(version, task);
    return version;
  };
  const countLabelledSince = () => datasets.countLabelledSince(datasets.listVersions()[0]?.createdAt);
  return {
    createVersion: (request) =>
      db.transaction(() => {
        const version = createVersion(store, request, clock.now());
        if (version.isNew) {
          const { name, version: number } = version.made;
          db.afterCommit(() => publish({ type: 'dataset.created', name, version: number }));
        }
        return version.made;
      }),
    listVersions: datasets.listVersions,
    getVersion,
    getStatistics: (reference) => readStatistics(store, getVersion(reference)),
    getDifference: (reference, from) => {
      const { name, version } = getVersion(reference);
      const before = from ?? version - 1;
      if (before !== 0) findReferred(store, { name, version: before });
      return readDifference(store, name, before, version);
    },
    listSplit: (reference) => {
      const { name, version } = getVersionOf(reference, 'classification');
      const entries = datasets.listEntries(name, version, parseReference(reference).split);
      return entries.map((entry) => ({ ...entry, className: entry.className ?? '' }));
    },
    listDetectionSplit: (reference) => {
      const { name, version } = getVersionOf(reference, 'detection');
      return datasets.listDetectionEntries(name, version, parseReference(reference).split);
    },
    countLabelledSince,
    readOverview: () => {
      const versions = datasets.listVersions();
      return {
        versions: versions.length,
        newest: versions[0] ? formatDatasetReference({ ...versions[0], split: undefined }) : null,
        labelledSince: countLabelledSince(),
      };
    },
  };
}

function createVersion(
  { datasets, settings }: Pick<Store, 'datasets' | 'settings'>,
  { name, splits, seed, sources }: VersionRequest,
  createdAt: number,
): { made: DatasetVersion; isNew: boolean } {
  const { task } = settings.read();
  const parent = datasets.findVersion(name);
  if (parent && parent.task !== task) throw taskMismatch(parent, task);
  const pictures = datasets.listLabelled(task, sources);
  if (pictures.length === 0) throw datasetEmpty(datasets.listSources(), sources);
  const drafts = { classification: draftClasses, detection: draftBoxes };
  const lastSplits = datasets.readLastSplits(name);
  const draft = draftVersion({
    ...drafts[task]({ datasets }, pictures, parent),
    ...{ parent, lastSplits, splits, seed },
  });
  assertUsable(draft);
  if (parent && draft.begun.length === 0 && draft.ended.length === 0) return { made: parent, isNew: false };
  const version = datasets.insertVersion({ ...draft, name, seed, createdAt });
  return { made: findReferred({ datasets }, { name, version }), isNew: true };
}

/** @throws {AppError} */
function assertUsable({ task, classNames, counts, fractions, hasFreePictures }: VersionDraft): void {
  const [first, second] = classNames;
  const pictures = counts.train + counts.val + counts.test;
  if (task === 'detection' && first === undefined) throw datasetNoBoxes(pictures);
  if (task === 'classification' && second === undefined) throw datasetSingleClass(first ?? '', pictures);
  if (hasFreePictures && hasEmptySplit(counts, fractions)) throw datasetSplitEmpty(counts, fractions);
}

function parseReference(text: string): DatasetReference {
  try {
    return parseDatasetReference(text);
  } catch (cause) {
    if (!(cause instanceof InvalidReferenceError)) throw cause;
    throw new AppError(cause.code, cause.message, { data: { reference: text }, cause });
  }
}

/** @throws {AppError} NOT_FOUND */
function findReferred(
  { datasets }: Tables,
  { name, version }: Pick<DatasetReference, 'name' | 'version'>,
): DatasetVersion {
  const found = datasets.findVersion(name, version);
  if (found) return found;
  const known = datasets.listVersions();
  const versions = known.filter((other) => other.name === name).map((other) => other.version);
  const names = [...new Set(known.map((other) => other.name))];
  const instead = names.length === 0 ? 'none is made yet' : `there are ${names.join(', ')}`;
  const message =
    versions.length === 0
      ? `there is no dataset ${name}: ${instead}`
      : `there is no version ${version} of dataset ${name}: the newest is ${versions[0]}`;
  throw new AppError('NOT_FOUND', message, { data: { name, versions, names } });
}
