/** Each form of a convolution's gradients against the sum that defines it, plain and in the blocked layout. */
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src-main/base/random.ts';
import {
  type Convolution,
  createChosenForms,
  formsByRule,
  listForms,
  nameGradient,
} from '../../../../src-main/engine/autodiff/convolution-forms.ts';
import { inputGradientForms } from '../../../../src-main/engine/autodiff/input-gradient.ts';
import { weightGradientForms } from '../../../../src-main/engine/autodiff/weight-gradient.ts';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import type { ConvAttributes } from '../../../../src-main/engine/graph/ops.ts';
import { countElements, type Shape } from '../../../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { findConvolutionBlock } from '../../../../src-main/engine/runtime/blocked-layout.ts';
import { createSession, takeOutput, toFloats } from '../../../../src-main/engine/runtime/session.ts';

interface Case {
  readonly name: string;
  readonly x: Shape;
  readonly w: Shape;
  readonly attributes: ConvAttributes;
}

const same = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
const cases: readonly Case[] = [
  { name: 'a tiny picture', x: [3, 5, 6, 7], w: [4, 5, 3, 3], attributes: same },
  { name: 'a small picture', x: [2, 3, 10, 11], w: [4, 3, 3, 3], attributes: same },
  { name: 'a large picture', x: [2, 3, 18, 17], w: [4, 3, 3, 3], attributes: same },
  { name: 'a large picture of whole blocks', x: [2, 16, 18, 18], w: [32, 16, 3, 3], attributes: same },
  {
    name: 'a large picture, uneven',
    x: [2, 3, 20, 19],
    w: [2, 3, 2, 5],
    attributes: { ...same, pads: [0, 3, 2, 1] },
  },
  { name: 'dilation', x: [2, 3, 21, 20], w: [2, 3, 3, 2], attributes: { ...same, dilations: [2, 3] } },
  { name: 'a stride', x: [2, 3, 36, 35], w: [4, 3, 3, 3], attributes: { ...same, strides: [2, 2] } },
  {
    name: 'a stride over whole blocks',
    x: [2, 16, 12, 12],
    w: [32, 16, 3, 3],
    attributes: { ...same, strides: [2, 2] },
  },
  { name: 'one tap', x: [2, 3, 18, 18], w: [7, 3, 1, 1], attributes: { ...same, pads: [0, 0, 0, 0] } },
  {
    name: 'one tap with a stride, a rest and groups',
    x: [2, 4, 9, 12],
    w: [6, 2, 1, 1],
    attributes: { ...same, strides: [2, 3], pads: [0, 0, 0, 0], group: 2 },
  },
  {
    name: 'windows side by side',
    x: [2, 3, 12, 8],
    w: [8, 3, 4, 2],
    attributes: { ...same, strides: [4, 2], pads: [0, 0, 0, 0] },
  },
  { name: 'groups', x: [2, 4, 9, 9], w: [6, 2, 3, 3], attributes: { ...same, group: 2 } },
  { name: 'depthwise', x: [2, 16, 9, 10], w: [16, 1, 3, 3], attributes: { ...same, group: 16 } },
  {
    name: 'depthwise with a stride',
    x: [2, 16, 12, 12],
    w: [16, 1, 3, 3],
    attributes: { ...same, strides: [2, 2], group: 16 },
  },
  {
    name: 'depthwise with a stride that leaves a rest',
    x: [2, 16, 12, 11],
    w: [16, 1, 3, 3],
    attributes: { ...same, pads: [0, 0, 0, 0], strides: [2, 2], group: 16 },
  },
];
const drawn = Array.from({ length: 24 }, (_, seed) => drawCase(createRandom(seed, 'convolution'), seed));
const block = await findConvolutionBlock();

describe.each([{ layout: 'plain', block: undefined }, ...(block ? [{ layout: 'blocked', block }] : [])])(
  'every form of the gradients of a convolution, $layout',
  ({ block }) => {
    it.each([...cases, ...drawn])('is the sum that defines it: $name', async (one) => {
      const { found, feeds } = await runForms(one, block);
      const expected = computeGradients(one, feeds);
      for (const { kind, form, gradient } of found) {
        expect(distance(gradient, expected[kind]), `${kind} ${form} of ${JSON.stringify(one)}`).toBeLessThan(
          1e-3,
        );
      }
    });
  },
);

it('tries each form that there is', () => {
  const tried = [...cases, ...drawn].flatMap((one) => {
    const { convolution } = declare(one);
    return (['weight', 'input'] as const).flatMap((kind) => [...listForms(kind, convolution).keys()]);
  });
  const all = [...Object.keys(weightGradientForms), ...Object.keys(inputGradientForms)];
  expect(all.filter((form) => !tried.includes(form))).toEqual([]);
});

describe('chosen forms', () => {
  const { convolution } = declare(cases[0] as Case);
  const key = nameGradient('weight', convolution);

  it('are taken where they apply, and the rule where they are unknown, do not apply or were not chosen', () => {
    const choose = (form: string) => createChosenForms(new Map([[key, form]])).weight(convolution);
    expect(choose('unfolded')).toBe('unfolded');
    expect(formsByRule.weight(convolution)).toBe('gathered');
    expect(choose('depthwise')).toBe('gathered');
    expect(choose('of a later version')).toBe('gathered');
    expect(createChosenForms(new Map()).weight(convolution)).toBe('gathered');
  });

  it('hold for these shapes and attributes alone', () => {
    const forms = createChosenForms(new Map([[key, 'unfolded']]));
    const wider = declare({ ...(cases[0] as Case), x: [4, 5, 6, 7] }).convolution;
    expect(forms.weight(wider)).toBe('gathered');
  });
});

interface Feeds {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly dy: Float32Array;
}

/** Shapes and attributes at random, small enough to be summed up one by one. */
function drawCase(random: Random, seed: number): Case {
  const dense = [random.integer(1, 6), 16][random.integer(0, 1)] ?? 1;
  const group = [1, 1, 1, 2, dense][random.integer(0, 4)] ?? 1;
  const perGroup = group === dense ? 1 : random.integer(1, 3);
  const inputs = group === 1 ? dense : group * perGroup;
  const outputs =
    group === 1 ? [random.integer(1, 5), 16][random.integer(0, 1)] : group * random.integer(1, 2);
  const pair = (low: number, high: number) => [random.integer(low, high), random.integer(low, high)] as const;
  const [kernel, strides, dilations] = [pair(1, 4), pair(1, 3), pair(1, 2)];
  const pads = [...pair(0, 3), ...pair(0, 3)] as unknown as readonly [number, number, number, number];
  const sizes = kernel.map((size, axis) => size * (dilations[axis] ?? 1) + random.integer(0, 14));
  return {
    name: `drawn ${seed}`,
    x: [random.integer(1, 3), inputs, ...sizes],
    w: [outputs ?? 1, inputs / group, ...kernel],
    attributes: { strides, pads, dilations, group },
  };
}

function declare({ x: xShape, w: wShape, attributes }: Case) {
  const e = createExpressions(createGraphBuilder());
  const [x, w] = [e.builder.input('x', 'float32', xShape), e.builder.input('w', 'float32', wShape)];
  const dy = e.builder.input('dy', 'float32', e.conv(x, w, attributes).shape);
  const convolution: Convolution = { x, w, attributes, dy };
  return { e, convolution };
}

/** All of them in one graph. */
async function runForms(one: Case, convolutionBlock: number | undefined) {
  const { e, convolution } = declare(one);
  const outputs = (['weight', 'input'] as const).flatMap((kind) =>
    [...listForms(kind, convolution)].map(([form, { build }]) => {
      const [value] = e.builder.node('Identity', [build(e, convolution)], {});
      return { kind, form, value };
    }),
  );
  const graph = e.builder.finish(
    'gradients',
    outputs.map(({ value }) => value),
  );
  const session = await createSession(writeOnnx(graph, { convolutionBlock }), {
    provider: 'cpu',
    threads: 1,
  });
  const { x, w, dy } = convolution;
  const feeds = { x: wave(x.shape, 1), w: wave(w.shape, 2), dy: wave(dy.shape, 3) };
  const computed = await session.run({
    x: new Tensor('float32', feeds.x, x.shape),
    w: new Tensor('float32', feeds.w, w.shape),
    dy: new Tensor('float32', feeds.dy, dy.shape),
  });
  const found = outputs.map(({ kind, form, value }) => {
    return { kind, form, gradient: toFloats(takeOutput(computed, value.name)).slice() };
  });
  await session.release();
  return { found, feeds };
}

/** For each product w[o, c, i, j] x[n, g c, p · stride + (i, j) · dilation - pad] of the convolution, its two derivatives. */
function computeGradients(
  { x, w, attributes }: Case,
  feeds: Feeds,
): { input: Float32Array; weight: Float32Array } {
  const { strides, pads, dilations, group } = attributes;
  const [[n = 0, channels = 0, height = 0, width = 0], [o = 0, c = 0, kh = 0, kw = 0]] = [x, w];
  const rows = Math.floor((height + pads[0] + pads[2] - dilations[0] * (kh - 1) - 1) / strides[0]) + 1;
  const columns = Math.floor((width + pads[1] + pads[3] - dilations[1] * (kw - 1) - 1) / strides[1]) + 1;
  const [dx, dw] = [new Float32Array(feeds.x.length), new Float32Array(feeds.w.length)];
  forEachIndex(
    [n, o, c, kh, kw, rows, columns],
    ([image = 0, out = 0, inner = 0, i = 0, j = 0, row = 0, column = 0]) => {
      const [y, z] = [
        row * strides[0] + i * dilations[0] - pads[0],
        column * strides[1] + j * dilations[1] - pads[1],
      ];
      if (y < 0 || y >= height || z < 0 || z >= width) return;
      const channel = Math.floor(out / (o / group)) * c + inner;
      const atX = ((image * channels + channel) * height + y) * width + z;
      const atW = ((out * c + inner) * kh + i) * kw + j;
      const dy = feeds.dy[((image * o + out) * rows + row) * columns + column] ?? 0;
      dx[atX] = (dx[atX] ?? 0) + dy * (feeds.w[atW] ?? 0);
      dw[atW] = (dw[atW] ?? 0) + dy * (feeds.x[atX] ?? 0);
    },
  );
  return { input: dx, weight: dw };
}

function forEachIndex(sizes: readonly number[], visit: (index: readonly number[]) => void): void {
  const total = countElements(sizes);
  for (let flat = 0; flat < total; flat++) {
    let rest = flat;
    const index = sizes.toReversed().map((size) => {
      const position = rest % size;
      rest = (rest - position) / size;
      return position;
    });
    visit(index.reverse());
  }
}

function wave(shape: Shape, seed: number): Float32Array {
  return Float32Array.from({ length: countElements(shape) }, (_, i) => ((i * (31 + seed)) % 17) / 17 - 0.5);
}

function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
