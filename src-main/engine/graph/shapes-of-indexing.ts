/** Shapes of operations that cut, repeat, look up, scatter and resample. */
import type { OpTable, ResizeAttributes, Value } from './ops.ts';
import {
  expect,
  expectAxis,
  expectIndices,
  expectSameType,
  fourAxes,
  Mismatch,
  reducedShape,
} from './shape-check.ts';
import { isSameShape, type Shape, sizeOf, type TensorType } from './tensor.ts';

type IndexingOp =
  | 'Split'
  | 'Tile'
  | 'Gather'
  | 'GatherElements'
  | 'GatherND'
  | 'ScatterElements'
  | 'ScatterND'
  | 'DepthToSpace'
  | 'SpaceToDepth'
  | 'Resize'
  | 'Einsum'
  | 'Trilu'
  | 'CumSum'
  | 'ArgMax'
  | 'ArgMin'
  | 'TopK'
  | 'OneHot';

type IndexingRules = {
  readonly [K in IndexingOp]: (
    inputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
  ) => readonly TensorType[];
};

export const indexingShapes: IndexingRules = {
  Split: ([x], { axis, sizes }) => {
    expectAxis(x.shape, axis);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(
      total === x.shape[axis] && sizes.every((size) => size >= 0),
      `parts of [${sizes}] do not make up ${x.shape[axis]}`,
    );
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
  },
  Tile: ([x], { repeats }) => {
    expect(repeats.length === x.shape.length, `needs ${x.shape.length} repeats, got ${repeats.length}`);
    expect(
      repeats.every((times) => Number.isInteger(times) && times >= 0),
      `cannot repeat [${repeats}] times`,
    );
    return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => size * (repeats[axis] ?? 1)) }];
  },
  Gather: ([x, indices], { axis }) => {
    expectAxis(x.shape, axis);
    expectIndices(indices);
    return [{ dtype: x.dtype, shape: x.shape.toSpliced(axis, 1, ...indices.shape) }];
  },
  GatherElements: ([x, indices], { axis }) => {
    expectElementIndices(x, indices, axis);
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  GatherND: ([x, indices], { batchDims }) => {
    expectIndices(indices);
    return [{ dtype: x.dtype, shape: lookUpShape(x.shape, indices.shape, batchDims) }];
  },
  ScatterElements: ([x, indices, updates], { axis }) => {
    expectElementIndices(x, indices, axis);
    expectSameType(x, updates);
    expect(isSameShape(indices.shape, updates.shape), 'indices and updates must have one shape');
    return [x];
  },
  ScatterND: ([x, indices, updates]) => {
    expectIndices(indices);
    expectSameType(x, updates);
    const wanted = lookUpShape(x.shape, indices.shape, 0);
    expect(isSameShape(updates.shape, wanted), `the updates must be [${wanted}]`);
    return [x];
  },
  DepthToSpace: ([x], { blockSize }) => {
    const [n, c, h, w] = fourAxes(x, 'input');
    expectBlock(blockSize);
    expect(c % blockSize ** 2 === 0, `${c} channels do not divide into blocks of ${blockSize}`);
    return [{ dtype: x.dtype, shape: [n, c / blockSize ** 2, h * blockSize, w * blockSize] }];
  },
  SpaceToDepth: ([x], { blockSize }) => {
    const [n, c, h, w] = fourAxes(x, 'input');
    expectBlock(blockSize);
    expect(h % blockSize === 0 && w % blockSize === 0, `blocks of ${blockSize} do not tile ${h} × ${w}`);
    return [{ dtype: x.dtype, shape: [n, c * blockSize ** 2, h / blockSize, w / blockSize] }];
  },
  Resize: ([x], attributes) => [{ dtype: x.dtype, shape: resizedShape(x, attributes) }],
  Einsum: (inputs, { equation }) => {
    const [first] = inputs;
    expect(first !== undefined, 'needs an input');
    return [{ dtype: first.dtype, shape: einsumShape(inputs, equation) }];
  },
  Trilu: ([x]) => {
    expect(x.shape.length >= 2, 'the input needs at least two axes');
    return [x];
  },
  CumSum: ([x], { axis }) => {
    expectAxis(x.shape, axis);
    return [x];
  },
  ArgMax: indexOfExtreme,
  ArgMin: indexOfExtreme,
  TopK: ([x], { axis, k }) => {
    expectAxis(x.shape, axis);
    expect(Number.isInteger(k) && k >= 0 && k <= sizeOf(x.shape, axis), `cannot take ${k} of [${x.shape}]`);
    const shape = x.shape.with(axis, k);
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  OneHot: ([indices, values], { axis, depth }) => {
    expect(isSameShape(values.shape, [2]), 'the values must be [2]');
    expect(axis >= 0 && axis <= indices.shape.length, `no axis ${axis}`);
    expect(Number.isInteger(depth) && depth >= 0, `a depth of ${depth}`);
    return [{ dtype: values.dtype, shape: indices.shape.toSpliced(axis, 0, depth) }];
  },
};

function indexOfExtreme(
  [x]: readonly [Value],
  { axis, keepDims }: OpTable['ArgMax']['attributes'],
): readonly TensorType[] {
  expectAxis(x.shape, axis);
  return [{ dtype: 'int64', shape: reducedShape(x.shape, { axes: [axis], keepDims }) }];
}

function expectElementIndices(x: Value, indices: Value, axis: number): void {
  expectAxis(x.shape, axis);
  expectIndices(indices);
  expect(indices.shape.length === x.shape.length, 'indices and input need as many axes');
  const isInside = indices.shape.every((size, other) => other === axis || size <= sizeOf(x.shape, other));
  expect(isInside, 'the indices are larger than the input');
}

/** What indices `[batch, …, depth]` select: `[batch, …]` and the axes of x that they do not name. */
function lookUpShape(shape: Shape, indices: Shape, batchDims: number): Shape {
  const depth = indices.at(-1);
  expect(depth !== undefined && indices.length > batchDims, 'the indices need an axis after the batch axes');
  expect(batchDims + depth <= shape.length, `indices of ${depth} axes for an input of ${shape.length}`);
  expect(isSameShape(shape.slice(0, batchDims), indices.slice(0, batchDims)), 'the batch axes differ');
  return [...indices.slice(0, -1), ...shape.slice(batchDims + depth)];
}

function expectBlock(blockSize: number): void {
  expect(Number.isInteger(blockSize) && blockSize > 0, `a block of ${blockSize}`);
}

function resizedShape(x: Value, { sizes, scales }: ResizeAttributes): Shape {
  const rank = x.shape.length;
  expect(sizes.length === rank && scales.length === rank, `needs ${rank} sizes and scales`);
  expect(
    sizes.every((size) => Number.isSafeInteger(size) && size > 0) && scales.every((scale) => scale > 0),
    `cannot resize to [${sizes}]`,
  );
  return sizes;
}

/** The sizes of the output's letters. A letter has one size: WebGPU's kernel computes nonsense where a 1 repeats. */
function einsumShape(inputs: readonly Value[], equation: string): Shape {
  const { operands, output } = parseEquation(equation);
  expect(operands.length === inputs.length, `${equation} names ${operands.length} inputs`);
  const sizes = new Map<string, number>();
  operands.forEach((letters, index) => {
    const shape = inputs[index]?.shape ?? [];
    expect(letters.length === shape.length, `${letters} names ${letters.length} axes, got [${shape}]`);
    letters.split('').forEach((letter, axis) => {
      const size = shape[axis] ?? 1;
      const known = sizes.get(letter) ?? size;
      expect(known === size, `${letter} is ${known} and ${size}`);
      sizes.set(letter, size);
    });
  });
  return output.split('').map((letter) => {
    const size = sizes.get(letter);
    if (size === undefined) throw new Mismatch(`${letter} of the output is in no input`);
    return size;
  });
}

export interface EinsumEquation {
  /** The letters of each input's axes. */
  readonly operands: readonly string[];
  readonly output: string;
}

/** `ij,jk->ik`; the output is named. */
export function parseEquation(equation: string): EinsumEquation {
  const [left = '', output = ''] = equation.split('->');
  return { operands: left.split(','), output };
}
