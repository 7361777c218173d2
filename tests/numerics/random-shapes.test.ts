/** Gradients for random shapes and attributes against central differences: what no case was written for. */
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src-main/base/random.ts';
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import type { OpKind, OpTable, WindowAttributes } from '../../src-main/engine/graph/ops.ts';
import { countElements, type Shape } from '../../src-main/engine/graph/tensor.ts';
import { createCaseRunner, type GoldenCase, type GoldenTensor } from './golden-op.ts';

/** An operation with its inputs' shapes. */
interface Draw {
  readonly op: OpKind;
  readonly attributes: OpTable[OpKind]['attributes'];
  readonly shapes: readonly Shape[];
  readonly indices?: GoldenTensor;
  /** Where the indices stand among the inputs; last if absent. */
  readonly indexPosition?: number;
  /** Two vectors of that length follow, whose values do not matter. */
  readonly spaces?: number;
}

const draws: Readonly<Record<string, (random: Random) => Draw>> = {
  Conv: (random) => {
    const group = random.integer(1, 3);
    const [kh, kw] = [random.integer(1, 3), random.integer(1, 3)];
    const [c, o] = [group * random.integer(1, 2), group * random.integer(1, 2)];
    const attributes = { ...drawWindow(random), group };
    return { op: 'Conv', attributes, shapes: [[2, c, random.integer(6, 9), 7], [o, c / group, kh, kw], [o]] };
  },
  ConvTranspose: (random) => {
    const group = random.integer(1, 3);
    const [c, perGroup] = [group * random.integer(1, 2), random.integer(1, 2)];
    const window = drawWindow(random);
    const [down, right] = window.strides;
    const outputPadding = [random.integer(0, down - 1), random.integer(0, right - 1)] as const;
    const shapes = [[2, c, 4, random.integer(3, 5)], [c, perGroup, 3, 2], [perGroup * group]];
    return { op: 'ConvTranspose', attributes: { ...window, outputPadding, group }, shapes };
  },
  AveragePool: (random) => {
    const window = { ...drawWindow(random, 1), dilations: [1, 1] as const };
    const kernel = [2, random.integer(2, 3)] as const;
    const attributes = { ...window, kernel, countIncludesPads: random.next() < 0.5 };
    return { op: 'AveragePool', attributes, shapes: [[1, 2, 6, random.integer(5, 8)]] };
  },
  MaxPool: (random) => {
    const kernel = [random.integer(2, 3), random.integer(2, 3)] as const;
    const attributes = { ...drawWindow(random, 1), kernel };
    return { op: 'MaxPool', attributes, shapes: [[1, 2, 7, random.integer(6, 8)]] };
  },
  Gemm: (random) => {
    const [rows, inner, columns] = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)];
    const [transA, transB] = [random.next() < 0.5, random.next() < 0.5];
    const attributes = { alpha: random.uniform(0.5, 2), beta: random.uniform(0.5, 2), transA, transB };
    const addend = [[rows, columns], [columns], [rows, 1], [1]][random.integer(0, 3)] ?? [];
    const left = transA ? [inner, rows] : [rows, inner];
    return { op: 'Gemm', attributes, shapes: [left, transB ? [columns, inner] : [inner, columns], addend] };
  },
  BatchNormalization: (random) => {
    const c = random.integer(1, 3);
    const shape = [2, c, ...[4, 3, 2].slice(0, random.integer(0, 3))];
    return {
      op: 'BatchNormalizationTraining',
      attributes: { epsilon: 0.1 },
      shapes: [shape, [c], [c]],
      spaces: c,
    };
  },
  InstanceNormalization: (random) => {
    const c = random.integer(1, 3);
    const shape = [2, c, random.integer(2, 4), ...[3, 2].slice(0, random.integer(0, 2))];
    return { op: 'InstanceNormalization', attributes: { epsilon: 1e-2 }, shapes: [shape, [c], [c]] };
  },
  LRN: (random) => {
    const attributes = { size: 2 * random.integer(0, 3) + 1, alpha: 0.5, beta: 0.75, bias: 1 };
    return {
      op: 'LRN',
      attributes,
      shapes: [[2, random.integer(2, 6), 2, random.integer(1, 3)]],
    };
  },
  Softmax: (random) => {
    const shape = [2, 3, 4].slice(random.integer(0, 2));
    const axis = random.integer(0, shape.length - 1);
    return { op: random.next() < 0.5 ? 'Softmax' : 'LogSoftmax', attributes: { axis }, shapes: [shape] };
  },
  Concat: (random) => {
    const axis = random.integer(0, 2);
    const parts = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 3));
    return { op: 'Concat', attributes: { axis }, shapes: parts.map((size) => [2, 3, 2].with(axis, size)) };
  },
  Tile: (random) => ({
    op: 'Tile',
    attributes: { repeats: [random.integer(1, 3), random.integer(1, 3)] },
    shapes: [[random.integer(1, 3), random.integer(1, 3)]],
  }),
  Expand: (random) => ({ op: 'Expand', attributes: { shape: [4, 2, 3] }, shapes: [drawBatch(random)] }),
  ReduceProd: (random) => ({
    op: random.next() < 0.5 ? 'ReduceProd' : 'ReduceL2',
    attributes: drawReduction(random),
    shapes: [[2, random.integer(1, 4), 3]],
  }),
  GatherElements: (random) => {
    const axis = random.integer(0, 1);
    const shape = [3, random.integer(2, 4)];
    const wanted = shape.with(axis, random.integer(1, 5));
    return {
      op: 'GatherElements',
      attributes: { axis },
      shapes: [shape],
      indices: drawIndices(random, wanted, shape[axis] ?? 1),
    };
  },
  ScatterElements: (random) => {
    const axis = random.integer(0, 1);
    const shape = [3, random.integer(2, 4)];
    const wanted = shape.with(axis, random.integer(1, 5));
    const reduction = (['add', 'mul', 'min', 'max'] as const)[random.integer(0, 3)] ?? 'add';
    const indices = drawIndices(random, wanted, shape[axis] ?? 1);
    return {
      op: 'ScatterElements',
      attributes: { axis, reduction },
      shapes: [shape, wanted],
      indices,
      indexPosition: 1,
    };
  },
  DepthToSpace: (random) => {
    const blockSize = random.integer(1, 3);
    const mode = random.next() < 0.5 ? 'DCR' : 'CRD';
    const shape = [2, blockSize ** 2 * random.integer(1, 2), 2, random.integer(1, 3)];
    return { op: 'DepthToSpace', attributes: { blockSize, mode } as const, shapes: [shape] };
  },
  Trilu: (random) => {
    const attributes = { upper: random.next() < 0.5, k: random.integer(-3, 3) };
    return { op: 'Trilu', attributes, shapes: [[2, random.integer(1, 4), random.integer(1, 4)]] };
  },
  Einsum: (random) => {
    const equation =
      ['ab,bc->ac', 'ab,ab->b', 'abc,cb->a', 'aab->ab', 'ab,c->cab', 'ab,bc,cd->ad'][random.integer(0, 5)] ??
      '';
    const sizes = new Map([...'abcd'].map((letter) => [letter, random.integer(1, 4)]));
    const operands = equation.split('->')[0]?.split(',') ?? [];
    const shapes = operands.map((letters) => [...letters].map((letter) => sizes.get(letter) ?? 1));
    return { op: 'Einsum', attributes: { equation }, shapes };
  },
  MatMul: (random) => {
    const [rows, inner, columns] = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)];
    const left = [...drawBatch(random), rows, inner];
    return { op: 'MatMul', attributes: {}, shapes: [left, [...drawBatch(random), inner, columns]] };
  },
  Mul: (random) => ({
    op: 'Mul',
    attributes: {},
    shapes: [
      [...drawBatch(random), 3],
      [...drawBatch(random), 1],
    ],
  }),
  LayerNormalization: (random) => {
    const shape = [2, 3, random.integer(2, 5)];
    const axis = random.integer(1, 2);
    return {
      op: 'LayerNormalization',
      attributes: { axis, epsilon: 1e-3 },
      shapes: [shape, shape.slice(axis), shape.slice(axis)],
    };
  },
  Slice: (random) => {
    const shape = [random.integer(2, 7), random.integer(2, 7)];
    const backwards = random.next() < 0.5;
    const steps = shape.map(() => (backwards ? -1 : random.integer(1, 3)));
    const starts = shape.map((size) => (backwards ? size - 1 : random.integer(0, size - 1)));
    const ends = shape.map((size) => (backwards ? random.integer(-1, size - 2) : size));
    return { op: 'Slice', attributes: { starts, ends, steps }, shapes: [shape] };
  },
  Pad: (random) => {
    const shape = [random.integer(4, 6), random.integer(4, 6)];
    const mode = (['constant', 'reflect', 'edge', 'wrap'] as const)[random.integer(0, 3)] ?? 'constant';
    const pads = Array.from({ length: 4 }, () => random.integer(0, 3));
    return { op: 'Pad', attributes: { pads, mode, value: 0.5 }, shapes: [shape] };
  },
  Resize: (random) => {
    const shape = [1, 2, random.integer(2, 5), random.integer(2, 5)];
    const sizes = [1, 2, random.integer(1, 9), random.integer(1, 9)];
    const attributes = {
      sizes,
      scales: sizes.map((size, axis) => size / (shape[axis] ?? 1)),
      mode: random.next() < 0.5 ? 'linear' : 'nearest',
      coordinates: (['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'] as const)[
        random.integer(0, 3)
      ],
      nearest: (['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'] as const)[random.integer(0, 3)],
      cubicCoefficient: -0.75,
      excludeOutside: false,
    };
    return { op: 'Resize', attributes: attributes as OpTable['Resize']['attributes'], shapes: [shape] };
  },
  Gather: (random) => {
    const shape = [random.integer(1, 4), random.integer(1, 4), random.integer(1, 4)];
    const axis = random.integer(0, 2);
    const size = shape[axis] ?? 1;
    const wanted = [random.integer(1, 3), random.integer(1, 3)];
    return {
      op: 'Gather',
      attributes: { axis },
      shapes: [shape],
      indices: drawIndices(random, wanted, size),
    };
  },
  CumSum: (random) => {
    const attributes = {
      axis: random.integer(0, 2),
      exclusive: random.next() < 0.5,
      reverse: random.next() < 0.5,
    };
    return { op: 'CumSum', attributes, shapes: [[2, random.integer(1, 4), 3]] };
  },
  ReduceLogSumExp: (random) => ({
    op: 'ReduceLogSumExp',
    attributes: drawReduction(random),
    shapes: [[2, random.integer(1, 4), 3]],
  }),
};

describe.each(Object.entries(draws))('%s', (name, draw) => {
  it.each([1, 2, 3, 4, 5, 6])('agrees with central differences (draw %i)', async (seed) => {
    const random = createRandom(seed, 'shapes', name);
    const drawn = draw(random);
    const golden = toCase(drawn, random);
    const runner = await createCaseRunner(golden);
    const inputs = golden.inputs.map(({ values }) => Float32Array.from(values));
    const { gradients } = await runner.run(inputs);
    for (const [position, gradient] of gradients) {
      const direction = gradient.map(() => random.normal() / Math.sqrt(gradient.length));
      const slopeAt = async (size: number) => {
        const moved = inputs[position]?.map((value, index) => value + size * (direction[index] ?? 0));
        return (await runner.run(inputs.with(position, Float32Array.from(moved ?? gradient)))).loss;
      };
      const numeric = ((await slopeAt(1e-2)) - (await slopeAt(-1e-2))) / 2e-2;
      const analytic = gradient.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0);
      const scale = Math.max(1, Math.hypot(...gradient));
      expect(Math.abs(numeric - analytic) / scale, JSON.stringify(drawn)).toBeLessThan(5e-3);
    }
    await runner.dispose();
  });
});

function drawWindow(random: Random, mostPad = 2): WindowAttributes {
  const pad = () => random.integer(0, mostPad);
  return {
    strides: [random.integer(1, 3), random.integer(1, 3)],
    pads: [pad(), pad(), pad(), pad()],
    dilations: [random.integer(1, 2), random.integer(1, 2)],
  };
}

/** Leading axes that broadcast to `[2, 3]`. */
function drawBatch(random: Random): number[] {
  return [2, 3].slice(random.integer(0, 2)).map((size) => (random.next() < 0.5 ? size : 1));
}

function drawReduction(random: Random): OpTable['ReduceSum']['attributes'] {
  const axes = [0, 1, 2].filter(() => random.next() < 0.6);
  return { axes: axes.length > 0 ? axes : [1], keepDims: random.next() < 0.5 };
}

/** Also from the end, also several times. */
function drawIndices(random: Random, shape: Shape, size: number): GoldenTensor {
  const values = Array.from({ length: countElements(shape) }, () => random.integer(-size, size - 1));
  return { dtype: 'int64', shape, values };
}

function toCase(draw: Draw, random: Random): GoldenCase {
  const { op, attributes, shapes, indices, indexPosition = shapes.length, spaces } = draw;
  const fill = (shape: Shape): GoldenTensor => ({
    shape,
    values: Array.from({ length: countElements(shape) }, () => random.normal()),
  });
  const inputs = shapes.map(fill);
  const scratch = spaces === undefined ? [] : [fill([spaces]), fill([spaces])];
  const all = [...(indices ? inputs.toSpliced(indexPosition, 0, indices) : inputs), ...scratch];
  const builder = createGraphBuilder();
  const values = all.map(({ dtype = 'float32', shape }, index) => builder.input(`x${index}`, dtype, shape));
  const [y] = builder.node(op, values as OpTable[OpKind]['inputs'], attributes);
  const cotangent = fill(y.shape);
  const gradients = all.map((input) => (inputs.includes(input) ? input : null));
  return {
    op,
    name: 'random',
    attributes,
    smooth: true,
    inputs: all,
    cotangent,
    output: cotangent,
    gradients,
  };
}
