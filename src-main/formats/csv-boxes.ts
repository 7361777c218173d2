/** The box of a row of CSV, in whichever cells it stands. */
import type { Geometry } from './csv-columns.ts';
import { fromDecimal } from './decimal.ts';
import { attributesOf, isObject, type JsonObject, numberOf } from './json-text.ts';
import type { WrittenBox } from './picture-record.ts';
import { boundPoints } from './polygon.ts';

export type RowBox = Pick<WrittenBox, 'left' | 'top' | 'right' | 'bottom' | 'attributes'> & {
  /** What the cell of the box itself says that it is. */
  readonly className: string | undefined;
};

/** The text of a column; undefined where there is nothing. */
export type ReadCell = (column: number | undefined) => string | undefined;

/**
 * Undefined where the row has no box.
 * @param toNumber NaN for what is none
 */
export function readRowBox(
  geometry: Geometry,
  cell: ReadCell,
  toNumber: (text: string | undefined) => number,
): RowBox | undefined {
  switch (geometry.kind) {
    case 'list': {
      const text = cell(geometry.column);
      return text === undefined ? undefined : plain(fromSize(readList(text)));
    }
    case 'shape':
      return readShape(parseCell(cell(geometry.column)), parseCell(cell(geometry.attributes)));
    default: {
      const texts = geometry.columns.map(cell);
      if (texts.every((text) => text === undefined)) return undefined;
      return plain(toCorners[geometry.kind](texts.map(toNumber)));
    }
  }
}

type Corners = Pick<WrittenBox, 'left' | 'top' | 'right' | 'bottom'>;

const none = Number.NaN;

function fromSize([x = none, y = none, width = none, height = none]: readonly number[]): Corners {
  return { left: x, top: y, right: x + width, bottom: y + height };
}

const toCorners = {
  corners: ([left = none, top = none, right = none, bottom = none]) => ({ left, top, right, bottom }),
  size: fromSize,
  centre: ([x = none, y = none, width = none, height = none]) =>
    fromSize([x - width / 2, y - height / 2, width, height]),
} as const satisfies Record<string, (numbers: readonly number[]) => Corners>;

function plain(corners: Corners): RowBox {
  return { ...corners, attributes: {}, className: undefined };
}

/** `[1.0, 2, 3, 4]`, also in round brackets or without any, and with spaces alone between them. */
function readList(text: string): number[] {
  const words = text.replaceAll(/[[\](){}]/g, ' ').split(/[\s,;]+/);
  const numbers = words.filter((word) => word !== '').map(fromDecimal);
  return numbers.length === 4 ? numbers : [];
}

function parseCell(text: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isObject(value) ? value : {};
  } catch {
    return { name: 'broken' };
  }
}

/** A rectangle, a polygon's bounds, or the square around a circle or an ellipse; an empty shape is none. */
function readShape(shape: JsonObject, about: JsonObject): RowBox | undefined {
  if (Object.keys(shape).length === 0) return undefined;
  const { className, attributes } = readAttributes(about);
  return { ...boundShape(shape), className, attributes };
}

function boundShape(shape: JsonObject): Corners {
  const read = (name: string) => numberOf(shape[name]);
  if (Array.isArray(shape.all_points_x) && Array.isArray(shape.all_points_y)) {
    const { all_points_x: xs, all_points_y: ys } = shape;
    return boundPoints(xs.flatMap((x, index) => [numberOf(x), numberOf(ys[index])]));
  }
  if ('cx' in shape) {
    const [width, height] = 'r' in shape ? [read('r'), read('r')] : [read('rx'), read('ry')];
    return fromSize([read('cx') - width, read('cy') - height, 2 * width, 2 * height]);
  }
  return fromSize([read('x'), read('y'), read('width'), read('height')]);
}

const classKeys = /^(class|class_?name|label|category|name|type|object)$/i;

/** The class is under the key that says so, else under the only one; a choice of several is an object of truth values. */
function readAttributes(about: JsonObject): Pick<RowBox, 'className' | 'attributes'> {
  const keys = Object.keys(about);
  const key = keys.find((name) => classKeys.test(name)) ?? (keys.length === 1 ? keys[0] : undefined);
  const { [key ?? '']: value, ...others } = about;
  const chosen = isObject(value) ? Object.keys(value).find((name) => value[name] === true) : value;
  return { className: chosen === undefined ? undefined : String(chosen), attributes: attributesOf(others) };
}
