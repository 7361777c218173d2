/** Why no dataset version can be made of the labelled pictures, with the figures and what to do about it. */
import type { SplitCounts, SplitFractions } from '../../../src-preload/contract/dataset.ts';
import { splits } from '../../../src-preload/contract/ids.ts';
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
