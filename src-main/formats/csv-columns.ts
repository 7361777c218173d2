/** Which column of a CSV means what: by the header's words, or by what stands where there is no header. */
import { AppError } from '../base/app-error.ts';

export interface Geometry {
  /** corners: left, top, right, bottom; size: left, top, width, height; centre: centre x, centre y, width, height. */
  readonly kind: 'corners' | 'size' | 'centre';
  readonly columns: readonly [number, number, number, number];
}

/** Columns from 0. */
export interface CsvColumns {
  readonly hasHeader: boolean;
  readonly file: number;
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
  pictureWidth: ['imagewidth', 'imgwidth', 'imgw', 'imagew'],
  pictureHeight: ['imageheight', 'imgheight', 'imgh', 'imageh'],
} as const satisfies Record<string, readonly string[]>;

type Word = keyof typeof words;

/** @throws {AppError} IMPORT_FORMAT_INVALID for a table about something else */
export function findColumns(path: string, first: readonly string[]): CsvColumns {
  const named = first.map((cell) => cell.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  const find = (word: Word) => {
    const column = named.findIndex((name) => (words[word] as readonly string[]).includes(name));
    return column === -1 ? undefined : column;
  };
  const file = find('file');
  if (file === undefined) return findUnnamed(path, first);
  const plain = { width: indexOf(named, 'width'), height: indexOf(named, 'height') };
  const geometry = findGeometry(find, plain);
  const className = find('className') ?? indexOf(named, 'name');
  if (className === undefined) throw notBoxes(path, first);
  const takesPlain = geometry?.columns.includes(plain.width ?? -1) ?? false;
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

/** `width` and `height` are the picture's (TensorFlow, Roboflow) unless nothing else says how large a box is. */
function findGeometry(
  find: (word: Word) => number | undefined,
  plain: { width: number | undefined; height: number | undefined },
): Geometry | undefined {
  const width = find('boxWidth') ?? plain.width;
  const height = find('boxHeight') ?? plain.height;
  return (
    toGeometry('corners', find('left'), find('top'), find('right'), find('bottom')) ??
    toGeometry('centre', find('centreX'), find('centreY'), width, height) ??
    toGeometry('size', find('x') ?? find('left'), find('y') ?? find('top'), width, height)
  );
}

function toGeometry(kind: Geometry['kind'], ...found: readonly (number | undefined)[]): Geometry | undefined {
  const [a, b, c, d] = found;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return { kind, columns: [a, b, c, d] };
}

/** `file,class,xmin,ymin,xmax,ymax` or `file,xmin,ymin,xmax,ymax,class`. */
function findUnnamed(path: string, cells: readonly string[]): CsvColumns {
  const isNumber = (column: number) => cells[column] !== '' && Number.isFinite(Number(cells[column]));
  const rest = {
    hasHeader: false,
    file: 0,
    width: undefined,
    height: undefined,
    split: undefined,
    score: undefined,
  };
  if (cells.length === 6 && [2, 3, 4, 5].every(isNumber))
    return { ...rest, className: 1, geometry: { kind: 'corners', columns: [2, 3, 4, 5] } };
  if (cells.length === 6 && [1, 2, 3, 4].every(isNumber))
    return { ...rest, className: 5, geometry: { kind: 'corners', columns: [1, 2, 3, 4] } };
  throw notBoxes(path, cells);
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
