/** Where an evaluation is shown, and where the pictures behind one of its numbers are. */
import {
  boxSizeSchema,
  type DetectionErrorFilter,
  type DetectionErrorKind,
  type DetectionReport,
  detectionErrorFilterSchema,
  type Evaluation,
  type EvaluationId,
  evaluationIdSchema,
  formatDatasetReference,
  type ImageFilter,
  imageHashSchema,
} from '../../../src-preload/contract/index.ts';

/** What a picture was to an evaluation: an error of a kind, or something that was found as it should be. */
export type ShownKind = DetectionErrorKind | 'correct';

/** Which pictures of an evaluation are looked at; what is absent may be anything. */
export interface PictureQuery {
  /** `any`: an error of any kind; absent: every picture. */
  readonly kind?: ShownKind | 'any' | undefined;
  /** Class of the detection; with `isCell`, null is the background. */
  readonly className?: string | null | undefined;
  /** Class of the truth; with `isCell`, null is the background. */
  readonly trueClass?: string | null | undefined;
  /** True where the classes name a cell of the confusion matrix. */
  readonly isCell?: boolean | undefined;
  /** Least score of the detections that are meant. */
  readonly minScore?: number | undefined;
}

export type BoxSize = DetectionReport['sizes'][number]['size'];

/** The boxes of a size, beside the figures of the evaluation. */
export function sizeHref(evaluation: Pick<Evaluation, 'id'>, size: BoxSize): string {
  return `${evaluationHref(evaluation)}?size=${size}`;
}

/** Undefined where the address names none. */
export function sizeFromSearch(search: string): BoxSize | undefined {
  return boxSizeSchema.safeParse(new URLSearchParams(search).get('size')).data;
}

/** A look at pictures: which ones, at which of them, and beside which other model. */
export interface PictureLook {
  readonly query: PictureQuery;
  /** Position of the picture among those of the query, 0 upwards. */
  readonly at?: number | undefined;
  /** The picture itself, where its position is not known. */
  readonly imageHash?: string | undefined;
  /** The evaluation of another model on the same pictures. */
  readonly against?: EvaluationId | undefined;
}

/** `NAME/VERSION`, or the name of the file that was measured. */
export function measuredModel({ model, modelName }: Pick<Evaluation, 'model' | 'modelName'>): string {
  return modelName === null ? (model.split(/[/\\]/).at(-1) ?? model) : model;
}

export function evaluationHref({ id }: Pick<Evaluation, 'id'>): string {
  return `/evaluation/${encodeURIComponent(id)}`;
}

export function picturesHref(evaluation: Pick<Evaluation, 'id'>, look: PictureLook = { query: {} }): string {
  const search = searchFromLook(look);
  return `${evaluationHref(evaluation)}/pictures${search === '' ? '' : `?${search}`}`;
}

/** The part of the address after `?`; the inverse of `lookFromSearch`. */
function searchFromLook({ query, at, imageHash, against }: PictureLook): string {
  const params = new URLSearchParams();
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) params.set(name, String(value));
  };
  add('kind', query.kind);
  add('class', wordOf(query.className));
  add('true', wordOf(query.trueClass));
  add('cell', query.isCell === true ? 'yes' : undefined);
  add('score', query.minScore);
  add('at', at);
  add('image', imageHash);
  add('against', against);
  return params.toString();
}

/** Reads an address; what it does not know it leaves out. */
export function lookFromSearch(search: string): PictureLook {
  const params = new URLSearchParams(search);
  const text = (name: string): string | undefined => params.get(name) || undefined;
  return {
    query: {
      kind: kindFrom(text('kind')),
      className: classFrom(text('class')),
      trueClass: classFrom(text('true')),
      isCell: text('cell') === 'yes' ? true : undefined,
      minScore: numberFrom(text('score')),
    },
    at: numberFrom(text('at')),
    imageHash: imageHashSchema.safeParse(text('image')).data,
    against: evaluationIdSchema.safeParse(text('against')).data,
  };
}

/** The pictures that are meant, as the station is asked for them. */
export function toImageFilter(evaluation: Evaluation, query: PictureQuery): ImageFilter {
  const { kind, className, trueClass, isCell } = query;
  if (isCell === true) {
    return {
      confusion: { evaluationId: evaluation.id, ...defined({ trueClass, predictedClass: className }) },
    };
  }
  const isAll = kind === undefined && className === undefined && trueClass === undefined;
  // Then the score says what is drawn, not which pictures are meant.
  if (isAll) return { dataset: formatDatasetReference(evaluation.dataset) };
  return { detectionError: toErrorFilter(evaluation, query) };
}

function toErrorFilter({ id }: Evaluation, query: PictureQuery): DetectionErrorFilter {
  return {
    evaluationId: id,
    ...defined({
      kind: query.kind === 'any' ? undefined : query.kind,
      className: query.className ?? undefined,
      trueClass: query.trueClass ?? undefined,
      minScore: query.minScore,
    }),
  };
}

/** Stands for null, the background: no class name has an @. */
const backgroundWord = '@background';

function wordOf(className: string | null | undefined): string | undefined {
  return className === null ? backgroundWord : className;
}

function classFrom(word: string | undefined): string | null | undefined {
  return word === backgroundWord ? null : word;
}

function kindFrom(word: string | undefined): PictureQuery['kind'] {
  if (word === 'any') return 'any';
  return detectionErrorFilterSchema.shape.kind.safeParse(word).data;
}

/** Undefined where it is no number. */
function numberFrom(word: string | undefined): number | undefined {
  const value = Number(word);
  return word === undefined || Number.isNaN(value) ? undefined : value;
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function defined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
