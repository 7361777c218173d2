/** How operations that cut, repeat, look up, scatter and rearrange are read. */
import { createExpressions } from '../graph/expressions.ts';
import type { ScatterReduction, SliceAttributes, Value } from '../graph/ops.ts';
import { parseEquation } from '../graph/shapes-of-indexing.ts';
import { countElements, floatTensor, fromNumbers, int64Tensor, sizeOf, toNumbers } from '../graph/tensor.ts';
import { findDType } from './element-types.ts';
import {
  add,
  axisAttribute,
  constantNumbers,
  flag,
  float,
  input,
  int,
  ints,
  malformed,
  type NodeReading,
  normalizeAxis,
  type ReadRule,
  requiredNumbers,
  text,
  unsupported,
} from './node-reading.ts';
import { inferReshape, normalizeSlice, readPads } from './normalize.ts';
import { axesOf } from './read-reductions.ts';

/** Elements that a constant made by reading may have. */
const largestConstant = 2 ** 22;

export const indexingRules: Readonly<Record<string, ReadRule>> = {
  Reshape: (r) => {
    const [x, wanted] = [input(r, 0), requiredNumbers(r, 1, 'shape')];
    return add(r, 'Reshape', [x], { shape: inferReshape(r, x.shape, wanted, flag(r, 'allowzero')) });
  },
  Flatten: (r) => add(r, 'Flatten', [input(r, 0)], { axis: axisAttribute(r, 1) }),
  Squeeze: (r) => {
    const { shape } = input(r, 0);
    const axes = axesOf(r, 13, shape.length) ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    return add(r, 'Reshape', [input(r, 0)], { shape: shape.filter((_, axis) => !axes.includes(axis)) });
  },
  Unsqueeze: (r) => {
    const { shape } = input(r, 0);
    const raw = r.opset >= 13 ? requiredNumbers(r, 1, 'axes') : (ints(r, 'axes') ?? []);
    if (raw.length > 64) throw unsupported(r, `${raw.length} new axes are not supported`);
    const axes = raw.map((axis) => normalizeAxis(axis, shape.length + raw.length)).toSorted((a, b) => a - b);
    return add(r, 'Reshape', [input(r, 0)], {
      shape: axes.reduce<readonly number[]>((sizes, axis) => sizes.toSpliced(axis, 0, 1), shape),
    });
  },
  Expand: (r) => {
    const x = input(r, 0);
    const wanted = requiredNumbers(r, 1, 'shape');
    const rank = Math.max(x.shape.length, wanted.length);
    const at = (shape: readonly number[], axis: number) => shape[axis - rank + shape.length] ?? 1;
    const sizeOn = (axis: number) => (at(x.shape, axis) === 1 ? at(wanted, axis) : at(x.shape, axis));
    return add(r, 'Expand', [x], { shape: Array.from({ length: rank }, (_, axis) => sizeOn(axis)) });
  },
  Tile: (r) => add(r, 'Tile', [input(r, 0)], { repeats: requiredNumbers(r, 1, 'repeats') }),
  Transpose: (r) => {
    const reversed = input(r, 0).shape.map((_, axis, all) => all.length - 1 - axis);
    return add(r, 'Transpose', [input(r, 0)], { permutation: ints(r, 'perm') ?? reversed });
  },
  Concat: (r) => {
    const inputs = r.inputs.filter((value) => value !== undefined);
    return add(r, 'Concat', inputs, { axis: axisAttribute(r, 0) });
  },
  Split: (r) => {
    const axis = axisAttribute(r, 0);
    const stated = r.opset >= 13 ? constantNumbers(r, 1) : ints(r, 'split');
    const parts = r.node.outputs.length;
    const sizes = stated ?? evenParts(sizeOf(input(r, 0).shape, axis), parts, r.opset >= 18);
    if (sizes.length !== parts) throw malformed(r, `${sizes.length} parts for ${parts} outputs`);
    return add(r, 'Split', [input(r, 0)], { axis, sizes });
  },
  Slice: (r) => {
    const x = input(r, 0);
    const list = (position: number, name: string) =>
      r.opset >= 10 ? constantNumbers(r, position) : ints(r, name);
    const starts = list(1, 'starts');
    const ends = list(2, 'ends');
    if (!starts || !ends) throw unsupported(r, 'starts and ends must be constants');
    const axes = list(3, 'axes') ?? starts.map((_, axis) => axis);
    return addSlice(r, x, normalizeSlice(x.shape, starts, ends, axes, list(4, 'steps')));
  },
  Pad: (r) => {
    const x = input(r, 0);
    return add(r, 'Pad', [x], {
      pads: readPads(r, x.shape.length),
      mode: padMode(r),
      value: r.opset >= 11 ? (constantNumbers(r, 2)?.[0] ?? 0) : float(r, 'value', 0),
    });
  },
  Gather: gather,
  GatherElements: (r) => add(r, 'GatherElements', [input(r, 0), input(r, 1)], { axis: axisAttribute(r, 0) }),
  GatherND: (r) => add(r, 'GatherND', [input(r, 0), input(r, 1)], { batchDims: int(r, 'batch_dims', 0) }),
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: (r) =>
    add(r, 'ScatterND', [input(r, 0), input(r, 1), input(r, 2)], { reduction: scatterReduction(r) }),
  DepthToSpace: (r) => {
    const mode = text(r, 'mode', 'DCR');
    if (mode !== 'DCR' && mode !== 'CRD') throw unsupported(r, `mode ${mode} is not supported`);
    return add(r, 'DepthToSpace', [input(r, 0)], { blockSize: int(r, 'blocksize', 0), mode });
  },
  SpaceToDepth: (r) => add(r, 'SpaceToDepth', [input(r, 0)], { blockSize: int(r, 'blocksize', 0) }),
  Trilu: (r) => {
    const k = constantNumbers(r, 1)?.[0] ?? 0;
    return add(r, 'Trilu', [input(r, 0)], { upper: flag(r, 'upper', true), k });
  },
  CumSum: (r) => {
    const axis = normalizeAxis(requiredNumbers(r, 1, 'axis')[0] ?? 0, input(r, 0).shape.length);
    const attributes = { axis, exclusive: flag(r, 'exclusive'), reverse: flag(r, 'reverse') };
    return add(r, 'CumSum', [input(r, 0)], attributes);
  },
  TopK: (r) => {
    const k = r.opset >= 10 ? requiredNumbers(r, 1, 'k')[0] : int(r, 'k', 0);
    return add(r, 'TopK', [input(r, 0)], {
      axis: axisAttribute(r, -1),
      k: k ?? 0,
      largest: flag(r, 'largest', true),
    });
  },
  OneHot: (r) => {
    const depth = requiredNumbers(r, 1, 'depth')[0] ?? 0;
    const axis = normalizeAxis(int(r, 'axis', -1), input(r, 0).shape.length + 1);
    const indices = createExpressions(r.builder).cast(input(r, 0), 'int64');
    return add(r, 'OneHot', [indices, input(r, 2)], { axis, depth });
  },
  Einsum: (r) => {
    const inputs = r.inputs.filter((value) => value !== undefined);
    return addEinsum(r, inputs, explicitEquation(r, inputs));
  },
  Shape: (r) => {
    const { shape } = input(r, 0);
    const end = r.node.attributes.has('end') ? int(r, 'end', 0) : shape.length;
    const inside = (axis: number) => Math.min(shape.length, Math.max(0, normalizeAxis(axis, shape.length)));
    return constant(r, int64Tensor(shape.slice(inside(int(r, 'start', 0)), inside(end))));
  },
  Size: (r) => constant(r, int64Tensor([countElements(input(r, 0).shape)], [])),
  Range: (r) => {
    const [start = 0] = requiredNumbers(r, 0, 'start');
    const [limit = 0] = requiredNumbers(r, 1, 'limit');
    const [delta = 1] = requiredNumbers(r, 2, 'delta');
    const length = Math.max(0, Math.ceil((limit - start) / delta));
    if (!(length <= largestConstant)) throw unsupported(r, `a range of ${length} numbers is not supported`);
    const numbers = Array.from({ length }, (_, index) => start + index * delta);
    return constant(r, fromNumbers(input(r, 0).dtype, [length], numbers));
  },
  ConstantOfShape: (r) => {
    const shape = requiredNumbers(r, 0, 'shape');
    const value = r.node.attributes.get('value');
    const tensor = value?.kind === 'tensor' ? value.value : floatTensor(0);
    const scalar = r.builder.constant({ ...tensor, shape: [] });
    return add(r, 'Expand', [scalar], { shape });
  },
  EyeLike: (r) => {
    const x = input(r, 0);
    const stated = r.node.attributes.has('dtype') ? findDType(int(r, 'dtype', 0)) : x.dtype;
    if (!stated || x.shape.length !== 2) throw malformed(r, 'expected a matrix and a known element type');
    const [rows, columns] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1)];
    if (!(rows * columns <= largestConstant))
      throw unsupported(r, `a matrix of [${x.shape}] is not supported`);
    const k = int(r, 'k', 0);
    const numbers = Array.from({ length: rows * columns }, (_, index) =>
      Number((index % columns) - Math.floor(index / columns) === k),
    );
    return constant(r, fromNumbers(stated, x.shape, numbers));
  },
  /** Of each entry of the batch the first steps, as many as stated, in reverse. */
  ReverseSequence: (r) => {
    const e = createExpressions(r.builder);
    const [x, lengths] = [input(r, 0), e.cast(input(r, 1), 'int64')];
    const [time, batch] = [int(r, 'time_axis', 0), int(r, 'batch_axis', 1)];
    const along = (axis: number) => x.shape.map((size, other) => (other === axis ? size : 1));
    const count = sizeOf(x.shape, time);
    const steps = e.constant(int64Tensor([...Array(count).keys()], along(time)));
    const wide = e.reshape(lengths, along(batch));
    const [isTurned] = r.builder.node('Less', [steps, wide], {});
    const source = e.where(isTurned, e.sub(e.sub(wide, 1), steps), steps);
    return add(r, 'GatherElements', [x, e.expand(source, x.shape)], { axis: time });
  },
  NonZero: (r) => {
    const { shape } = input(r, 0);
    const numbers = requiredNumbers(r, 0, 'input');
    if (numbers.length > largestConstant) throw malformed(r, 'its input is too large to be folded');
    const found = numbers.flatMap((number, index) => (number === 0 ? [] : [index]));
    const strides = shape.map((_, axis) => countElements(shape.slice(axis + 1)));
    const rows = shape.flatMap((size, axis) =>
      found.map((index) => Math.floor(index / (strides[axis] ?? 1)) % size),
    );
    return constant(r, int64Tensor(rows, [shape.length, found.length]));
  },
};

function constant(
  r: NodeReading,
  tensor: Parameters<NodeReading['builder']['constant']>[0],
): readonly Value[] {
  return [r.builder.constant(tensor, r.names.outputs?.[0])];
}

/** Steps below -1 turn the axis round first: WebGPU's kernel reads past the end with them. */
function addSlice(r: NodeReading, x: Value, { starts, ends, steps }: SliceAttributes): readonly Value[] {
  const isTurned = (axis: number) => (steps[axis] ?? 1) < -1;
  const turned = x.shape.flatMap((_, axis) => (isTurned(axis) ? [axis] : []));
  if (turned.length === 0) return add(r, 'Slice', [x], { starts, ends, steps });
  const mirror = (position: number, axis: number) =>
    isTurned(axis) ? sizeOf(x.shape, axis) - 1 - position : position;
  return add(r, 'Slice', [createExpressions(r.builder).flip(x, turned)], {
    starts: starts.map(mirror),
    ends: ends.map(mirror),
    steps: steps.map((step) => (step < -1 ? -step : step)),
  });
}

/** From opset 18 on the last part may be smaller. */
function evenParts(size: number, parts: number, canBeUneven: boolean): number[] {
  const part = canBeUneven ? Math.ceil(size / parts) : size / parts;
  return Array.from({ length: parts }, (_, index) => Math.min(part, Math.max(0, size - index * part)));
}

function scatterElements(r: NodeReading): readonly Value[] {
  const inputs = [input(r, 0), input(r, 1), input(r, 2)] as const;
  return add(r, 'ScatterElements', inputs, { axis: axisAttribute(r, 0), reduction: scatterReduction(r) });
}

function scatterReduction(r: NodeReading): ScatterReduction {
  const reduction = text(r, 'reduction', 'none');
  switch (reduction) {
    case 'none':
    case 'add':
    case 'mul':
    case 'min':
    case 'max':
      return reduction;
    default:
      throw unsupported(r, `reduction ${reduction} is not supported`);
  }
}

function padMode(r: NodeReading): 'constant' | 'reflect' | 'edge' | 'wrap' {
  const mode = text(r, 'mode', 'constant');
  if (mode === 'constant' || mode === 'reflect' || mode === 'edge' || mode === 'wrap') return mode;
  throw unsupported(r, `mode ${mode} is not supported`);
}

/**
 * Names the output where the file leaves it to the rule (letters that occur once, in order), and gives letters to
 * the axes of an ellipsis, aligned at the right.
 */
function explicitEquation(r: NodeReading, inputs: readonly Value[]): string {
  const equation = text(r, 'equation', '').replaceAll(' ', '');
  if (equation.length > 400 || !/^[a-zA-Z.,]*(->[a-zA-Z.]*)?$/.test(equation))
    throw malformed(r, `equation ${equation.slice(0, 400)}`);
  const [left = '', stated] = equation.split('->');
  const operands = left.split(',');
  const wide = operands.map((letters, index) =>
    letters.includes('...') ? (inputs[index]?.shape.length ?? 0) - (letters.length - 3) : 0,
  );
  const most = Math.max(0, ...wide);
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => !left.includes(letter));
  if (wide.some((count) => count < 0) || most > free.length) throw malformed(r, `equation ${left}`);
  const named = operands.map((letters, index) =>
    letters.replace('...', free.slice(most - (wide[index] ?? 0), most).join('')),
  );
  const ellipsis = free.slice(0, most).join('');
  return `${named.join(',')}->${stated?.replace('...', ellipsis) ?? ellipsis + impliedOutput(operands.join(''))}`;
}

/** Axes of 1 that repeat along other inputs' are taken off first. */
function addEinsum(r: NodeReading, inputs: readonly Value[], equation: string): readonly Value[] {
  const e = createExpressions(r.builder);
  const { operands, output } = parseEquation(equation);
  const isLong = (letter: string) =>
    operands.some((letters, index) =>
      letters.split('').some((other, axis) => other === letter && inputs[index]?.shape[axis] !== 1),
    );
  const kept = operands.map((letters, index) =>
    letters
      .split('')
      .flatMap((letter, axis) =>
        inputs[index]?.shape[axis] === 1 && isLong(letter) ? [] : [{ letter, axis }],
      ),
  );
  const cut = inputs.map((value, index) => {
    const axes = kept[index] ?? [];
    const isRank = operands[index]?.length === value.shape.length;
    return isRank
      ? e.reshape(
          value,
          axes.map(({ axis }) => value.shape[axis] ?? 1),
        )
      : value;
  });
  const left = kept.map((axes) => axes.map(({ letter }) => letter).join('')).join(',');
  return add(r, 'Einsum', cut, { equation: `${left}->${output}` });
}

function impliedOutput(letters: string): string {
  const plain = letters.replaceAll('.', '');
  return [...new Set(plain)]
    .filter((letter) => plain.indexOf(letter) === plain.lastIndexOf(letter))
    .toSorted()
    .join('');
}

/** PyTorch's exporter writes views as a gathering of all entries in their order, which is a reshape. */
function gather(r: NodeReading): readonly Value[] {
  const [x, indices] = [input(r, 0), input(r, 1)];
  const axis = axisAttribute(r, 0);
  const known = r.builder.findConstant(indices);
  const isWhole =
    known !== undefined &&
    countElements(indices.shape) === x.shape[axis] &&
    toNumbers(known).every((position, index) => position === index);
  return isWhole
    ? add(r, 'Reshape', [x], { shape: x.shape.toSpliced(axis, 1, ...indices.shape) })
    : add(r, 'Gather', [x, indices], { axis });
}
