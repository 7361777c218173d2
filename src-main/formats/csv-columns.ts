/** Which column of a CSV means what: by the header's words, or by what stands where there is no header. */
import { AppError } from '../base/app-error.ts';
import { isPictureName } from './source-folder.ts';
import { findSplit } from './split-names.ts';

/** Where a row has its box. */
export type Geometry = FourNumbers | ListOfNumbers | DrawnShape;

interface FourNumbers {
  /** corners: left, top, right, bottom; size: left, top, width, height; centre: centre x, centre y, width, height. */
  readonly kind: 'corners' | 'size' | 'centre';
  readonly columns: readonly [number, number, number, number];
}

/** `[left, top, width, height]` in one cell, as Kaggle's tables have it. */
interface ListOfNumbers {
  readonly kind: 'list';
  readonly column: number;
}

/** JSON of a drawn shape beside JSON of what it is: the VGG Image Annotator. */
interface DrawnShape {
  readonly kind: 'shape';
  readonly column: number;
  readonly attributes: number | undefined;
}

/** Columns from 0. */
export interface CsvColumns {
  readonly hasHeader: boolean;
  readonly file: number;
  /** Undefined: the boxes' shapes say it, or all boxes are of one class. */
  readonly className: number | undefined;
  /** Undefined: the rows give pictures a class. */
  readonly geometry: Geometry | undefined;
  /** Of the picture, in pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly split: number | undefined;
  readonly score: number | undefined;
}

const words = {
  file: [
    'filename',
    'file',
    'image',
    'imagename',
    'imagepath',
    'imageid',
    'imagefilename',
    'img',
    'path',
    'filepath',
    'picture',
  ],
  className: ['class', 'classname', 'label', 'labelname', 'category', 'categoryname', 'type'],
  split: ['split', 'subset', 'set', 'partition'],
  score: ['score', 'confidence', 'conf'],
  left: ['xmin', 'x1', 'left', 'xtl', 'minx', 'xleft'],
  top: ['ymin', 'y1', 'top', 'ytl', 'miny', 'ytop'],
  right: ['xmax', 'x2', 'right', 'xbr', 'maxx', 'xright'],
  bottom: ['ymax', 'y2', 'bottom', 'ybr', 'maxy', 'ybottom'],
  x: ['x', 'bboxx', 'boxx'],
  y: ['y', 'bboxy', 'boxy'],
  centreX: ['cx', 'xcenter', 'centerx', 'xcentre', 'centrex', 'xc'],
  centreY: ['cy', 'ycenter', 'centery', 'ycentre', 'centrey', 'yc'],
  boxWidth: ['w', 'bboxwidth', 'boxwidth', 'bboxw', 'boxw'],
  boxHeight: ['h', 'bboxheight', 'boxheight', 'bboxh', 'boxh'],
  list: ['bbox', 'boundingbox', 'box'],
  shape: ['regionshapeattributes'],
  shapeAttributes: ['regionattributes'],
  pictureWidth: ['imagewidth', 'imgwidth', 'imgw', 'imagew'],
  pictureHeight: ['imageheight', 'imgheight', 'imgh', 'imageh'],
} as const satisfies Record<string, readonly string[]>;

type Word = keyof typeof words;

/**
 * @param rows the first ones
 * @throws {AppError} IMPORT_FORMAT_INVALID for a table about something else
 */
export function findColumns(path: string, rows: readonly (readonly string[])[]): CsvColumns {
  const [first = []] = rows;
  const named = first.map((cell) => cell.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  const find = (word: Word) => {
    const known: readonly string[] = words[word];
    const column = named.findIndex((name) => known.includes(name) || known.includes(withoutBox(name)));
    return column === -1 ? undefined : column;
  };
  const file = find('file');
  if (file === undefined) return findUnnamed(path, rows);
  const plain = { width: indexOf(named, 'width'), height: indexOf(named, 'height') };
  const geometry = findGeometry(find, plain);
  const className = find('className') ?? indexOf(named, 'name');
  if (className === undefined && geometry === undefined) throw notBoxes(path, first);
  const takesPlain = geometry && 'columns' in geometry && geometry.columns.includes(plain.width ?? -1);
  return {
    hasHeader: true,
    file,
    className,
    geometry,
    width: find('pictureWidth') ?? (takesPlain ? undefined : plain.width),
    height: find('pictureHeight') ?? (takesPlain ? undefined : plain.height),
    split: find('split'),
    score: find('score'),
  };
}

/** `bbox_xmin` and `region_x` are what `xmin` and `x` are; `bbox_width` is not the `width` of the picture. */
function withoutBox(name: string): string {
  const bare = name.replace(/^(bbox|boundingbox|box|region|rect|coord)/, '');
  if (bare === name) return name;
  if (bare === 'width') return 'boxwidth';
  return bare === 'height' ? 'boxheight' : bare;
}

/** `width` and `height` are the picture's (TensorFlow, Roboflow) unless nothing else says how large a box is. */
function findGeometry(
  find: (word: Word) => number | undefined,
  plain: { width: number | undefined; height: number | undefined },
): Geometry | undefined {
  const width = find('boxWidth') ?? plain.width;
  const height = find('boxHeight') ?? plain.height;
  const [list, shape] = [find('list'), find('shape')];
  return (
    (shape === undefined
      ? undefined
      : { kind: 'shape', column: shape, attributes: find('shapeAttributes') }) ??
    toGeometry('corners', find('left'), find('top'), find('right'), find('bottom')) ??
    toGeometry('centre', find('centreX'), find('centreY'), width, height) ??
    toGeometry('size', find('x') ?? find('left'), find('y') ?? find('top'), width, height) ??
    (list === undefined ? undefined : { kind: 'list', column: list })
  );
}

function toGeometry(
  kind: FourNumbers['kind'],
  ...found: readonly (number | undefined)[]
): Geometry | undefined {
  const [a, b, c, d] = found;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return { kind, columns: [a, b, c, d] };
}

/** By the first row with a box: background pictures may stand before it. */
function findUnnamed(path: string, rows: readonly (readonly string[])[]): CsvColumns {
  for (const cells of rows) {
    const found = readUnnamed(cells);
    if (found) return { ...unnamed, ...found };
    if (!cells.slice(0, 2).some(isPictureName)) break;
  }
  throw notBoxes(path, rows[0] ?? []);
}

const unnamed = {
  hasHeader: false,
  file: 0,
  width: undefined,
  height: undefined,
  split: undefined,
  score: undefined,
} as const;

/**
 * `file,class,xmin,ymin,xmax,ymax`, or `file,xmin,ymin,xmax,ymax,class` as keras-retinanet has it, or Google AutoML's
 * `set,file,class,xmin,ymin,,,xmax,ymax,,`.
 */
function readUnnamed(
  cells: readonly string[],
): (Pick<CsvColumns, 'className' | 'geometry'> & Partial<CsvColumns>) | undefined {
  const areNumbers = (columns: readonly [number, number, number, number]) =>
    columns.every((column) => cells[column] !== '' && Number.isFinite(Number(cells[column])));
  const at = (columns: readonly [number, number, number, number]): Geometry => ({ kind: 'corners', columns });
  if (cells.length === 6 && areNumbers([2, 3, 4, 5])) return { className: 1, geometry: at([2, 3, 4, 5]) };
  if (cells.length === 6 && areNumbers([1, 2, 3, 4])) return { className: 5, geometry: at([1, 2, 3, 4]) };
  const isOfSet = findSplit(cells[0] ?? '') !== null || /^unassigned$/i.test(cells[0] ?? '');
  if (isOfSet && cells.length >= 9 && areNumbers([3, 4, 7, 8]))
    return { split: 0, file: 1, className: 2, geometry: at([3, 4, 7, 8]) };
  return undefined;
}

function indexOf(named: readonly string[], word: string): number | undefined {
  const column = named.indexOf(word);
  return column === -1 ? undefined : column;
}

function notBoxes(path: string, cells: readonly string[]): AppError {
  const found = cells.slice(0, 12).join(', ').slice(0, 200);
  return new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected columns such as filename, class, xmin, ymin, xmax, ymax in ${path}, found ${found === '' ? 'nothing' : found}`,
  );
}
