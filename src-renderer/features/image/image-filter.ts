/** The filter of the Data page and its place in the address: what is seen can be linked to and gone back to. */
import {
  evaluationIdSchema,
  type Image,
  type ImageFilter,
  importIdSchema,
} from '../../../src-preload/contract/index.ts';

/** Reads the part of the address after `?`; what it does not know it leaves out. */
export function filterFromSearch(search: string): ImageFilter {
  const params = new URLSearchParams(search);
  const text = (name: string): string | undefined => params.get(name) || undefined;
  const importId = importIdSchema.safeParse(text('import')).data;
  return withoutUndefined({
    className: text('class'),
    labelled: yesOrNo(text('labelled')),
    source: text('source'),
    importId,
    search: text('q'),
    dataset: text('dataset'),
    confusion: confusionFrom(text('evaluation'), text('true'), text('predicted')),
  });
}

/** The inverse of `filterFromSearch`; empty for no filter. */
export function searchFromFilter(filter: ImageFilter): string {
  const params = new URLSearchParams();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') params.set(name, value);
  };
  add('class', filter.className);
  add('labelled', filter.labelled === undefined ? undefined : filter.labelled ? 'yes' : 'no');
  add('source', filter.source);
  add('import', filter.importId);
  add('q', filter.search);
  add('dataset', filter.dataset);
  add('evaluation', filter.confusion?.evaluationId);
  add('true', filter.confusion?.trueClass);
  add('predicted', filter.confusion?.predictedClass);
  return params.toString();
}

/** The Data page with this filter. */
export function dataHref(filter: ImageFilter): string {
  const search = searchFromFilter(filter);
  return search === '' ? '/data' : `/data?${search}`;
}

export type FilterKey = keyof ImageFilter;

/** `filter` with one part replaced; undefined takes the part away. */
export function withPart<Key extends FilterKey>(
  filter: ImageFilter,
  key: Key,
  value: ImageFilter[Key] | undefined,
): ImageFilter {
  return withoutUndefined({ ...filter, [key]: value });
}

/** One removable chip of the filter, in words. */
export interface FilterChip {
  readonly key: FilterKey;
  readonly text: string;
}

/** The parts of the filter as a person reads them. */
export function filterChips(filter: ImageFilter): FilterChip[] {
  const chips: Array<FilterChip | null> = [
    chip('className', filter.className, (name) => `Class: ${name}`),
    chip('labelled', filter.labelled, (isLabelled) => (isLabelled ? 'Labelled' : 'Unlabelled')),
    chip('source', filter.source, (source) => `Source: ${source}`),
    chip('importId', filter.importId, () => 'One import'),
    chip('search', filter.search, (search) => `Name has “${search}”`),
    chip('dataset', filter.dataset, (dataset) => `Dataset: ${dataset}`),
    chip('confusion', filter.confusion, confusionText),
  ];
  return chips.filter((part) => part !== null);
}

/** True where a change of label can make a picture leave or enter the list. */
export function dependsOnLabels(filter: ImageFilter): boolean {
  return filter.className !== undefined || filter.labelled !== undefined;
}

/** True while the label of `image` is still what the filter asks for. */
export function matchesLabels(image: Image, filter: ImageFilter): boolean {
  if (filter.className !== undefined && image.className !== filter.className) return false;
  return filter.labelled === undefined || (image.className !== null) === filter.labelled;
}

function chip<Value>(
  key: FilterKey,
  value: Value | undefined,
  toText: (value: Value) => string,
): FilterChip | null {
  return value === undefined ? null : { key, text: toText(value) };
}

function confusionText({ trueClass, predictedClass }: NonNullable<ImageFilter['confusion']>): string {
  if (trueClass === undefined && predictedClass === undefined) return 'Pictures of an evaluation';
  if (trueClass === undefined) return `Predicted ${predictedClass}`;
  if (predictedClass === undefined) return `True class ${trueClass}`;
  if (trueClass === predictedClass) return `${trueClass}, predicted right`;
  return `${trueClass} taken for ${predictedClass}`;
}

function confusionFrom(
  evaluation: string | undefined,
  trueClass: string | undefined,
  predictedClass: string | undefined,
): ImageFilter['confusion'] {
  const evaluationId = evaluationIdSchema.safeParse(evaluation).data;
  if (evaluationId === undefined) return undefined;
  return { evaluationId, ...withoutUndefined({ trueClass, predictedClass }) };
}

function yesOrNo(word: string | undefined): boolean | undefined {
  if (word === 'yes') return true;
  return word === 'no' ? false : undefined;
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
