/** Why no dataset version can be made of the labelled pictures, with the figures and what to do about it. */
import type { DatasetVersion, SplitCounts, SplitFractions } from '../../../src-preload/contract/dataset.ts';
import { splits } from '../../../src-preload/contract/ids.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import { AppError } from '../../base/app-error.ts';

export interface SourceCount {
  readonly source: string;
  readonly pictures: number;
  readonly labelled: number;
}

/** @param wanted sources, all if absent */
export function datasetEmpty(
  sources: readonly SourceCount[],
  wanted: readonly string[] | undefined,
): AppError {
  const chosen = wanted ? sources.filter(({ source }) => wanted.includes(source)) : sources;
  const pictures = chosen.reduce((sum, { pictures }) => sum + pictures, 0);
  const where = wanted ? `from ${listWords(wanted)}` : 'of the station';
  const labelled = sources.filter(({ labelled }) => labelled > 0);
  return new AppError(
    'DATASET_EMPTY',
    `a dataset needs labelled pictures: of the ${pictures} pictures ${where} none has a label. ${toAdvice(labelled, pictures)}`,
    { data: { pictures, sources: labelled } },
  );
}

function toAdvice(labelled: readonly SourceCount[], pictures: number): string {
  if (labelled.length > 0) {
    const known = labelled.map(({ source, labelled }) => `${source} (${labelled})`);
    return `Label some, or take pictures from ${listWords(known)}.`;
  }
  return pictures > 0
    ? 'Label some of them first.'
    : 'Import pictures first, for example a folder for each class.';
}

export function datasetSingleClass(className: string, pictures: number): AppError {
  return new AppError(
    'DATASET_SINGLE_CLASS',
    `a dataset needs at least two classes: all ${pictures} labelled pictures are ${className}. Label or import pictures of another class.`,
    { data: { className, pictures } },
  );
}

export function datasetNoBoxes(pictures: number): AppError {
  return new AppError(
    'DATASET_NO_BOXES',
    `a dataset for detection needs boxes: all ${pictures} labelled pictures are background. Draw boxes on some, or import them.`,
    { data: { pictures } },
  );
}

const contents = { classification: 'classes of pictures', detection: 'boxes on pictures' } as const;

/** @param wanted what the dataset was to hold */
export function taskMismatch({ name, version, task }: DatasetVersion, wanted: Task): AppError {
  return new AppError(
    'TASK_MISMATCH',
    `${name}@${version} holds ${contents[task]}, expected ${contents[wanted]}: choose or make a dataset for ${wanted} under another name`,
    { data: { name, version, task, wanted } },
  );
}

/** Where a split with a fraction above 0 gets none of the pictures. */
export function datasetSplitEmpty(counts: SplitCounts, fractions: SplitFractions): AppError {
  const empty = splits.filter((split, index) => (fractions[index] ?? 0) > 0 && counts[split] === 0);
  const total = counts.train + counts.val + counts.test;
  return new AppError(
    'DATASET_SPLIT_EMPTY',
    `the ${listWords(empty)} split would be empty: ${total} labelled pictures at ${fractions.join(', ')} (train, val, test) make ${counts.train}, ${counts.val} and ${counts.test}. Label more pictures, or give this split a larger fraction, or 0 to do without it.`,
    { data: { empty, counts, fractions } },
  );
}

export function hasEmptySplit(counts: SplitCounts, fractions: SplitFractions): boolean {
  return splits.some((split, index) => (fractions[index] ?? 0) > 0 && counts[split] === 0);
}

function listWords(words: readonly string[], most = 20): string {
  const more = words.length - most;
  return words.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
