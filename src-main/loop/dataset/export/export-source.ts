/** What is exported: a dataset version, one of its splits, or chosen pictures as they are labelled now. */
import { formatDatasetReference, parseDatasetReference } from '../../../../src-preload/contract/reference.ts';
import type { Task } from '../../../../src-preload/contract/task.ts';
import { withoutForeignStates } from '../../../formats/list-losses.ts';
import type { Store } from '../../../store/store.ts';
import type { ExportEntry } from '../../../store/tables/exports.ts';
import type { Datasets } from '../datasets.ts';
import type { ExportJobRequest, PictureSet } from './export-job.ts';
import { toPictureSet } from './picture-set.ts';

export interface ExportSourceOptions {
  readonly store: Pick<Store, 'exports' | 'settings' | 'annotations'>;
  readonly datasets: Pick<Datasets, 'getVersion'>;
}

export interface ExportSource {
  /** In full: `NAME` becomes `NAME@2`. */
  readonly reference: string;
  readonly task: Task;
  readonly entries: readonly ExportEntry[];
  readonly set: PictureSet;
}

/** Stands for the reference of pictures that are of no version. */
export const selectionReference = 'selection';

/** @throws {AppError} NOT_FOUND, INPUT_INVALID for the reference */
export function readExportSource(
  options: ExportSourceOptions,
  { reference, imageHashes, format }: Pick<ExportJobRequest, 'reference' | 'imageHashes' | 'format'>,
): ExportSource {
  if (!imageHashes) return readVersion(options, reference);
  const { set, ...source } = readSelection(options, imageHashes);
  const pictures = set.pictures.map((picture) => withoutForeignStates(format, picture));
  return { ...source, set: { ...set, pictures } };
}

function readVersion({ store, datasets }: ExportSourceOptions, text: string): ExportSource {
  const { name, version, task, classNames } = datasets.getVersion(text);
  const { split } = parseDatasetReference(text);
  const reference = formatDatasetReference({ name, version, split });
  const entries = store.exports.listEntries(name, version, split);
  const title = formatDatasetReference({ name, version });
  return { reference, task, entries, set: toPictureSet({ name: title, task, classNames }, entries) };
}

function readSelection(
  { store }: ExportSourceOptions,
  imageHashes: NonNullable<ExportJobRequest['imageHashes']>,
): ExportSource {
  const { task } = store.settings.read();
  const classNames = store.annotations.listClasses().map(({ name }) => name);
  const entries = store.exports.listChosen(imageHashes);
  const reference = selectionReference;
  return { reference, task, entries, set: toPictureSet({ name: reference, task, classNames }, entries) };
}
