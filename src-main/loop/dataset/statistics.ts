/** What a person wants to know of a dataset version before training on it: counts, sizes, and what looks wrong. */
import type {
  DatasetStatistics,
  DatasetVersion,
  SplitCounts,
} from '../../../src-preload/contract/dataset.ts';
import { splits as allSplits, type Split } from '../../../src-preload/contract/ids.ts';
import type { Store } from '../../store/store.ts';
import { compareNaturally } from './natural-order.ts';

/** From here on accuracy alone hides how small classes fare. */
const notableImbalance = 5;

export function readStatistics(
  { datasets }: Pick<Store, 'datasets'>,
  { name, version, task, counts, splits }: DatasetVersion,
): DatasetStatistics {
  const classes = (task === 'detection' ? readBoxClasses : readPictureClasses)(
    { datasets },
    name,
    version,
  ).sort((a, b) => compareNaturally(a.className, b.className));
  const bySource = groupCounts(
    datasets.countBySource(name, version).map((row) => ({ ...row, key: row.source })),
  );
  const sizes = datasets.countBySize(name, version);
  const imbalance = measureImbalance(classes.map((of) => (of.boxes ?? of.counts).train));
  return {
    name,
    version,
    total: sumOf(counts),
    classes,
    background: task === 'detection' ? sumCounts(datasets.countBackground(name, version)) : null,
    sources: bySource.map(({ key, counts }) => ({ source: key, counts })),
    width: measureRange(sizes.map(({ width, pictures }) => ({ value: width, pictures }))),
    height: measureRange(sizes.map(({ height, pictures }) => ({ value: height, pictures }))),
    sizeBytes: sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    imbalance,
    warnings: [
      ...listWarnings(counts, classes, imbalance),
      // With fractions of its own a version moves pictures as it was told to.
      ...(splits === null ? datasets.countHeldBack(name, version).map(describeHeldBack) : []),
    ],
  };
}

type ClassCounts = DatasetStatistics['classes'];
type Tables = Pick<Store, 'datasets'>;

function readPictureClasses({ datasets }: Tables, name: string, version: number): ClassCounts {
  const rows = datasets.countByClass(name, version).map((row) => ({ ...row, key: row.className }));
  return groupCounts(rows).map(({ key, counts }) => ({ className: key, counts, boxes: null }));
}

function readBoxClasses({ datasets }: Tables, name: string, version: number): ClassCounts {
  const rows = datasets.countBoxesByClass(name, version).map((row) => ({ ...row, key: row.className }));
  const boxes = new Map(
    groupCounts(rows.map((row) => ({ ...row, pictures: row.boxes }))).map(({ key, counts }) => [key, counts]),
  );
  return groupCounts(rows).map(({ key, counts }) => ({
    className: key,
    counts,
    boxes: boxes.get(key) ?? { train: 0, val: 0, test: 0 },
  }));
}

function sumCounts(rows: readonly { split: Split; pictures: number }[]): SplitCounts {
  const counts = { train: 0, val: 0, test: 0 };
  for (const { split, pictures } of rows) counts[split] += pictures;
  return counts;
}

interface Group {
  readonly key: string;
  readonly counts: SplitCounts;
}

function groupCounts(rows: readonly { key: string; split: Split; pictures: number }[]): Group[] {
  const groups = new Map<string, SplitCounts>();
  for (const { key, split, pictures } of rows) {
    const counts = groups.get(key) ?? { train: 0, val: 0, test: 0 };
    counts[split] += pictures;
    groups.set(key, counts);
  }
  return [...groups].map(([key, counts]) => ({ key, counts }));
}

/** Null where a class has no training picture: the ratio is no number. */
function measureImbalance(counts: readonly number[]): number | null {
  const smallest = Math.min(...counts);
  return counts.length === 0 || smallest === 0 ? null : Math.max(...counts) / smallest;
}

interface Weighted {
  readonly value: number;
  readonly pictures: number;
}

function measureRange(values: readonly Weighted[]): DatasetStatistics['width'] {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { pictures }) => sum + pictures, 0);
  const lower = valueAt(sorted, Math.floor((total - 1) / 2));
  const upper = valueAt(sorted, Math.ceil((total - 1) / 2));
  return { min: sorted[0]?.value ?? 0, median: (lower + upper) / 2, max: sorted.at(-1)?.value ?? 0 };
}

function valueAt(sorted: readonly Weighted[], rank: number): number {
  let seen = 0;
  for (const { value, pictures } of sorted) {
    seen += pictures;
    if (rank < seen) return value;
  }
  return 0;
}

function listWarnings(
  counts: SplitCounts,
  classes: DatasetStatistics['classes'],
  imbalance: number | null,
): string[] {
  const named = (isMeant: (counts: SplitCounts) => boolean) =>
    classes.filter((entry) => isMeant(entry.counts)).map(({ className }) => className);
  const empty = allSplits.filter((split) => counts[split] === 0);
  const single = named((of) => sumOf(of) === 1);
  const untrained = counts.train === 0 ? [] : named((of) => of.train === 0);
  const untested = counts.test === 0 ? [] : named((of) => of.test === 0 && sumOf(of) > 1);
  return [
    ...empty.map((split) => `The ${split} split has no pictures.`),
    ...warn(single, (names) => `One picture only: ${names}. It can not be both learned and tested.`),
    ...warn(
      untrained,
      (names) => `No training pictures: ${names}. A model can not learn what it never sees.`,
    ),
    ...warn(untested, (names) => `No test pictures: ${names}. How well a model knows them stays unknown.`),
    ...(imbalance !== null && imbalance >= notableImbalance
      ? [
          `The largest class has ${imbalance.toFixed(1)} times as many training ${classes[0]?.boxes ? 'boxes' : 'pictures'} as the smallest: look at the figures by class, not at the mean alone.`,
        ]
      : []),
  ];
}

const purposes = { val: 'validation', test: 'the test' } as const;

function describeHeldBack({ split, pictures }: { split: 'val' | 'test'; pictures: number }): string {
  const came = pictures === 1 ? 'picture that came' : 'pictures that came';
  return `No picture came with the split ${split}: ${pictures} ${came} with train ${pictures === 1 ? 'is' : 'are'} held back for ${purposes[split]}.`;
}

function warn(names: readonly string[], toSentence: (names: string) => string): string[] {
  if (names.length === 0) return [];
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return [toSentence(names.slice(0, 10).join(', ') + more)];
}

function sumOf({ train, val, test }: SplitCounts): number {
  return train + val + test;
}
