/** How convolutions and pools are read: those of one and three dimensions become ones of two. */
import type { ConvTransposeAttributes, Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { OnnxAttribute } from './model.ts';
import {
  input,
  int,
  ints,
  malformed,
  type NodeReading,
  type ReadRule,
  text,
  unsupported,
} from './node-reading.ts';
import { readPoolWindow, readWindow, splitPads } from './normalize.ts';
import { convolveVolume, isVolume, poolVolume } from './read-volumes.ts';

export const windowRules: Readonly<Record<string, ReadRule>> = {
  Conv: (r) => {
    if (isVolume(r)) return convolveVolume(r);
    return inTwoDimensions(r, [0, 1], (flat) => {
      const [x, w, bias] = [input(flat, 0), input(flat, 1), flat.inputs[2]];
      const attributes = { ...readWindow(flat, x, w.shape.slice(2)), group: int(r, 'group', 1) };
      return flat.builder.node('Conv', bias ? [x, w, bias] : [x, w], attributes, flat.names)[0];
    });
  },
  ConvTranspose: (r) =>
    inTwoDimensions(r, [0, 1], (flat) => {
      const [x, w, bias] = [input(flat, 0), input(flat, 1), flat.inputs[2]];
      const attributes = readTransposedWindow(flat, x, w);
      return flat.builder.node('ConvTranspose', bias ? [x, w, bias] : [x, w], attributes, flat.names)[0];
    }),
  MaxPool: (r) => {
    if (r.names.outputs?.[1] !== undefined) throw unsupported(r, 'its indices are not supported');
    if (int(r, 'storage_order', 0) !== 0) throw unsupported(r, 'storage_order is not supported');
    return isVolume(r) ? poolVolume(r, maxPool) : inTwoDimensions(r, [0], maxPool);
  },
  AveragePool: (r) => (isVolume(r) ? poolVolume(r, averagePool) : inTwoDimensions(r, [0], averagePool)),
  GlobalAveragePool: (r) => {
    const [x, axes] = [input(r, 0), spatialAxes(r)];
    return axes.length === 2
      ? r.builder.node('GlobalAveragePool', [x], {}, r.names)
      : r.builder.node('ReduceMean', [x], { axes, keepDims: true }, r.names);
  },
  GlobalMaxPool: (r) => {
    const [x, axes] = [input(r, 0), spatialAxes(r)];
    return axes.length === 2
      ? r.builder.node('GlobalMaxPool', [x], {}, r.names)
      : r.builder.node('ReduceMax', [x], { axes, keepDims: true }, r.names);
  },
};

function maxPool(flat: NodeReading): Value {
  const x = input(flat, 0);
  return flat.builder.node('MaxPool', [x], readPoolWindow(flat, x, true), flat.names)[0];
}

function averagePool(flat: NodeReading): Value {
  const x = input(flat, 0);
  const countIncludesPads = int(flat, 'count_include_pad', 0) !== 0;
  const attributes = { ...readPoolWindow(flat, x, !countIncludesPads), countIncludesPads };
  return flat.builder.node('AveragePool', [x], attributes, flat.names)[0];
}

function spatialAxes(r: NodeReading): number[] {
  return input(r, 0).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
}

/** Gives the inputs at the positions, `[a, b, l]`, a height of 1 for the rule, and takes it from the result. */
function inTwoDimensions(
  r: NodeReading,
  positions: readonly number[],
  read: (flat: NodeReading) => Value,
): readonly Value[] {
  if (input(r, 0).shape.length !== 3) return [read(r)];
  const inputs = r.inputs.map((value, position) => {
    if (!value || !positions.includes(position)) return value;
    if (value.shape.length !== 3) throw malformed(r, `input ${position} must have three axes`);
    return r.builder.node('Reshape', [value], { shape: value.shape.toSpliced(2, 0, 1) })[0];
  });
  const node = { ...r.node, attributes: new Map([...r.node.attributes].map(addHeight)) };
  const y = read({ ...r, node, inputs, names: {} });
  return r.builder.node('Reshape', [y], { shape: y.shape.toSpliced(2, 1) }, r.names);
}

/** A window's attribute for one axis as one for two, the first being trivial. */
function addHeight([name, value]: readonly [string, OnnxAttribute]): readonly [string, OnnxAttribute] {
  if (value.kind !== 'ints') return [name, value];
  const [first = 0, second = 0] = value.value;
  const lifted: Readonly<Record<string, readonly number[]>> = {
    strides: [1, first],
    dilations: [1, first],
    kernel_shape: [1, first],
    output_shape: [1, first],
    output_padding: [0, first],
    pads: [0, first, 0, second],
  };
  return [name, { kind: 'ints', value: lifted[name] ?? value.value }];
}

/** Pads are stated, or follow from the wanted output: `stride × input` where they are automatic. */
function readTransposedWindow(r: NodeReading, x: Value, w: Value): ConvTransposeAttributes {
  const stated = {
    ...r,
    node: { ...r.node, attributes: new Map(r.node.attributes).set('auto_pad', notSet) },
  };
  const window = readWindow(stated, x, w.shape.slice(2));
  const [rows = 0, columns = 0] = ints(r, 'output_padding') ?? [];
  const attributes = { ...window, group: int(r, 'group', 1), outputPadding: [rows, columns] as const };
  const mode = text(r, 'auto_pad', 'NOTSET');
  const isAutomatic = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
  const wanted = ints(r, 'output_shape')?.slice(-2);
  if (!wanted && !isAutomatic) return mode === 'VALID' ? { ...attributes, pads: [0, 0, 0, 0] } : attributes;
  return fitOutput(x, w, attributes, wanted, mode === 'SAME_UPPER');
}

const notSet: OnnxAttribute = { kind: 'string', value: 'NOTSET' };

/** What the output has too much is cut off as pads; what it lacks is added at the bottom right. */
function fitOutput(
  x: Value,
  w: Value,
  attributes: ConvTransposeAttributes,
  wanted: readonly number[] | undefined,
  isUpper: boolean,
): ConvTransposeAttributes {
  const { strides, dilations, outputPadding } = attributes;
  const excess = (axis: 0 | 1) => {
    const size = sizeOf(x.shape, axis + 2);
    const reach = dilations[axis] * (sizeOf(w.shape, axis + 2) - 1) + 1;
    const target = wanted ? (wanted[axis] ?? 0) : size * strides[axis];
    return (size - 1) * strides[axis] + outputPadding[axis] + reach - target;
  };
  const [rows, columns] = [excess(0), excess(1)];
  return {
    ...attributes,
    pads: splitPads([Math.max(0, rows), Math.max(0, columns)], !isUpper),
    outputPadding: [outputPadding[0] + Math.max(0, -rows), outputPadding[1] + Math.max(0, -columns)],
  };
}
