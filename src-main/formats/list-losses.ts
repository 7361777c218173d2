/** Says what a format has no place for, of that which a set really holds. */
import type { ExportLoss } from '../../src-preload/contract/dataset.ts';
import type { ExportFormat } from '../../src-preload/contract/format.ts';
import type { ExportBox, ExportPicture, ExportSet } from './picture-record.ts';

interface Capacity {
  readonly boxes: boolean;
  readonly tags: boolean;
  readonly scores: boolean;
  readonly attributes: boolean;
  /** Whether a picture is labelled, suggested by a model, or neither. */
  readonly states: boolean;
}

const capacities = {
  voc: { boxes: true, tags: false, scores: false, attributes: true, states: false },
  coco: { boxes: true, tags: false, scores: true, attributes: true, states: false },
  yolo: { boxes: true, tags: false, scores: false, attributes: false, states: false },
  csv: { boxes: true, tags: true, scores: true, attributes: false, states: false },
  'label-studio': { boxes: true, tags: true, scores: true, attributes: true, states: true },
  cvat: { boxes: true, tags: true, scores: true, attributes: true, states: false },
  folder: { boxes: false, tags: true, scores: false, attributes: false, states: false },
} as const satisfies Record<ExportFormat, Capacity>;

/** Who made a box fits into none of them. */
export function listLosses(format: ExportFormat, { pictures }: ExportSet): ExportLoss[] {
  const capacity: Capacity = capacities[format];
  const boxes = pictures.flatMap((picture) => picture.boxes);
  const tagged = pictures.filter(({ tag }) => tag !== null).length;
  const losses: ExportLoss[] = [
    { what: 'class of the picture', count: capacity.tags ? 0 : tagged, of: 'pictures' },
    { what: 'boxes', count: capacity.boxes ? 0 : boxes.length, of: 'boxes' },
    ...(capacity.boxes ? listBoxLosses(capacity, boxes) : []),
    ...(capacity.states ? [] : listStateLosses(pictures)),
  ];
  return losses.filter(({ count }) => count > 0);
}

/** What a format can not tell from a label is no label there: the suggestions of a model are left out of it. */
export function withoutForeignStates<P extends ExportPicture>(format: ExportFormat, picture: P): P {
  if (capacities[format].states || picture.state !== 'predicted') return picture;
  return { ...picture, tag: null, boxes: [] };
}

function listStateLosses(pictures: readonly ExportPicture[]): ExportLoss[] {
  const count = (state: ExportPicture['state']) =>
    pictures.filter((picture) => picture.state === state).length;
  return [
    { what: 'suggestions of a model', count: count('predicted'), of: 'pictures' },
    { what: 'that nobody has labelled it', count: count('none'), of: 'pictures' },
  ];
}

function listBoxLosses(capacity: Capacity, boxes: readonly ExportBox[]): ExportLoss[] {
  const carrying = capacity.attributes ? [] : boxes.filter((box) => Object.keys(box.attributes).length > 0);
  const names = [...new Set(carrying.flatMap((box) => Object.keys(box.attributes)))].sort().slice(0, 10);
  const scored = capacity.scores ? 0 : boxes.filter(({ score }) => score !== null).length;
  const drawn = boxes.filter(({ source }) => source !== 'import').length;
  return [
    { what: `attributes (${names.join(', ')})`, count: carrying.length, of: 'boxes' },
    { what: 'scores', count: scored, of: 'boxes' },
    { what: 'who made the box', count: drawn, of: 'boxes' },
  ];
}
