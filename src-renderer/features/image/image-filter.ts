/** The filter of the Data page and its place in the address: what is seen can be linked to and gone back to. */
import {
  type AnnotationState,
  annotationStateSchema,
  evaluationIdSchema,
  type Image,
  type ImageFilter,
  type ImageOrder,
  imageOrderSchema,
  importIdSchema,
  type QualityKind,
  qualityKindSchema,
  type SmartQueue,
  selectionIdSchema,
  smartQueueSchema,
} from '../../../src-preload/contract/index.ts';
import { formatDateTime, formatPercent } from '../../components/formatting.ts';

/** Reads the part of the address after `?`; what it does not know it leaves out. */
export function filterFromSearch(search: string): ImageFilter {
  const params = new URLSearchParams(search);
  const text = (name: string): string | undefined => params.get(name) || undefined;
  const importId = importIdSchema.safeParse(text('import')).data;
  return withoutUndefined({
    className: text('class'),
    labelled: yesOrNo(text('labelled')),
    state: annotationStateSchema.safeParse(text('state')).data,
    source: text('source'),
    camera: cameraOf(text('camera')),
    takenFrom: momentOf(text('from')),
    takenUntil: momentOf(text('until')),
    certaintyFrom: shareOf(text('sure-from')),
    certaintyTo: shareOf(text('sure-to')),
    annotator: text('annotator'),
    selection: selectionIdSchema.safeParse(text('selection')).data,
    importId,
    search: text('q'),
    dataset: text('dataset'),
    confusion: confusionFrom(text('evaluation'), text('true'), text('predicted')),
    quality: qualityKindSchema.safeParse(text('quality')).data,
    queue: smartQueueSchema.safeParse(text('queue')).data,
    setAside: text('aside') === 'yes' ? true : undefined,
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
  add('state', filter.state);
  add('source', filter.source);
  add('camera', filter.camera === null ? noCamera : filter.camera);
  add('from', filter.takenFrom === undefined ? undefined : new Date(filter.takenFrom).toISOString());
  add('until', filter.takenUntil === undefined ? undefined : new Date(filter.takenUntil).toISOString());
  add('sure-from', filter.certaintyFrom?.toString());
  add('sure-to', filter.certaintyTo?.toString());
  add('annotator', filter.annotator);
  add('selection', filter.selection);
  add('import', filter.importId);
  add('q', filter.search);
  add('dataset', filter.dataset);
  add('evaluation', filter.confusion?.evaluationId);
  add('true', wordOf(filter.confusion?.trueClass));
  add('predicted', wordOf(filter.confusion?.predictedClass));
  add('quality', filter.quality);
  add('queue', filter.queue);
  add('aside', filter.setAside && 'yes');
  return params.toString();
}

/** The Data page with this filter, in this order. */
export function dataHref(filter: ImageFilter, order: ImageOrder = 'newest'): string {
  const params = new URLSearchParams(searchFromFilter(filter));
  if (order !== 'newest') params.set('sort', order);
  const search = params.toString();
  return search === '' ? '/data' : `/data?${search}`;
}

/** The order that the address asks for; the newest first where it asks for none. */
export function orderFromSearch(search: string): ImageOrder {
  return imageOrderSchema.safeParse(new URLSearchParams(search).get('sort')).data ?? 'newest';
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
    chip('state', filter.state, (state) => stateTexts[state]),
    chip('source', filter.source, (source) => `Source: ${source}`),
    chip('camera', filter.camera, (camera) => `Camera: ${camera ?? 'not told'}`),
    chip('takenFrom', filter.takenFrom, (at) => `Taken from ${formatDateTime(at)}`),
    chip('takenUntil', filter.takenUntil, (at) => `Taken before ${formatDateTime(at)}`),
    chip('certaintyFrom', filter.certaintyFrom, (share) => `Model sure from ${formatPercent(share, 0)}`),
    chip('certaintyTo', filter.certaintyTo, (share) => `Model sure to ${formatPercent(share, 0)}`),
    chip('annotator', filter.annotator, (name) => `Labelled by ${describeAnnotator(name)}`),
    chip('selection', filter.selection, () => 'Chosen pictures'),
    chip('importId', filter.importId, () => 'One import'),
    chip('search', filter.search, (search) => `Name has “${search}”`),
    chip('dataset', filter.dataset, (dataset) => `Dataset: ${dataset}`),
    chip('confusion', filter.confusion, confusionText),
    chip('quality', filter.quality, (kind) => qualityTexts[kind]),
    chip('queue', filter.queue, (queue) => queueTexts[queue]),
    chip('setAside', filter.setAside, () => 'Set aside'),
  ];
  return chips.filter((part) => part !== null);
}

/** Imports write themselves as one annotator, models by their name and version. */
export function describeAnnotator(annotator: string): string {
  return annotator === 'import' ? 'an import' : annotator;
}

const queueTexts = {
  uncertain: 'A model is unsure',
  diverse: 'Most diverse',
  disagreement: 'Disagreement',
  suspect: 'Suspect label',
} as const satisfies Record<SmartQueue, string>;

const qualityTexts = {
  blurred: 'Blurred',
  dark: 'Dark',
  overExposed: 'Over-exposed',
  tooSmall: 'Too small',
  tinyBox: 'Tiny box',
  hugeBox: 'Huge box',
  duplicateBox: 'Box drawn twice',
  overlappingBox: 'Overlapping boxes',
  borderBox: 'Box at the border',
  changedOften: 'Class changed often',
} as const satisfies Record<QualityKind, string>;

export function describeQuality(kind: QualityKind): string {
  return qualityTexts[kind];
}

const stateTexts = {
  none: 'Not looked at',
  draft: 'Begun',
  predicted: 'Suggested by a model',
  labelled: 'Labelled',
  rejected: 'Rejected',
} as const satisfies Record<AnnotationState, string>;

export function describeState(state: AnnotationState): string {
  return stateTexts[state];
}

/** True where a change of label can make a picture leave or enter the list. */
export function dependsOnLabels(filter: ImageFilter): boolean {
  const { className, labelled, state, annotator, certaintyFrom, certaintyTo } = filter;
  return [className, labelled, state, annotator, certaintyFrom, certaintyTo].some(
    (part) => part !== undefined,
  );
}

/** True while the label of `image` is still what the filter asks for. */
export function matchesLabels(image: Image, filter: ImageFilter): boolean {
  // Which classes the boxes have the list does not tell.
  const isOtherClass = image.boxCount === 0 && image.className !== filter.className;
  if (filter.className !== undefined && isOtherClass) return false;
  if (filter.state !== undefined && image.state !== filter.state) return false;
  const isTheirs = image.state === 'labelled' && image.annotator === filter.annotator;
  if (filter.annotator !== undefined && !isTheirs) return false;
  if (!isWithin(image.certainty, filter.certaintyFrom, filter.certaintyTo)) return false;
  return filter.labelled === undefined || (image.state === 'labelled') === filter.labelled;
}

function isWithin(value: number | null, from: number | undefined, to: number | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  return value !== null && value >= (from ?? 0) && value <= (to ?? 1);
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
  if (trueClass === null && predictedClass) return `${predictedClass}, where there is nothing`;
  if (predictedClass === null && trueClass) return `${trueClass}, not found`;
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
  const classes = { trueClass: classOf(trueClass), predictedClass: classOf(predictedClass) };
  return { evaluationId, ...withoutUndefined(classes) };
}

/** Stands for null, the background of a detector: no class name has an @. */
const backgroundWord = '@background';

function wordOf(className: string | null | undefined): string | undefined {
  return className === null ? backgroundWord : className;
}

function classOf(word: string | undefined): string | null | undefined {
  return word === backgroundWord ? null : word;
}

/** Stands for null: pictures whose file tells of no camera. */
const noCamera = '@none';

function cameraOf(word: string | undefined): string | null | undefined {
  return word === noCamera ? null : word;
}

/** Times are written in UTC: an address means the same moment wherever it is opened. */
function momentOf(word: string | undefined): number | undefined {
  const at = word === undefined ? Number.NaN : Date.parse(word);
  return at >= 0 ? at : undefined;
}

function shareOf(word: string | undefined): number | undefined {
  const share = word === undefined ? Number.NaN : Number(word);
  return share >= 0 && share <= 1 ? share : undefined;
}

function yesOrNo(word: string | undefined): boolean | undefined {
  if (word === 'yes') return true;
  return word === 'no' ? false : undefined;
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
