/** Each form of a convolution's gradients against the sum that defines it, plain and in the blocked layout. */
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { convInputGradient } from '../../../../src-main/engine/autodiff/convolution.ts';
import { convWeightGradient } from '../../../../src-main/engine/autodiff/weight-gradient.ts';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import type { ConvAttributes } from '../../../../src-main/engine/graph/ops.ts';
import { countElements, type Shape } from '../../../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { findConvolutionBlock } from '../../../../src-main/engine/runtime/blocked-layout.ts';
import { createSession, takeOutput, toFloats } from '../../../../src-main/engine/runtime/session.ts';

interface Form {
  readonly name: string;
  readonly x: Shape;
  readonly w: Shape;
  readonly attributes: ConvAttributes;
}

const same = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
const forms: readonly Form[] = [
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
const block = await findConvolutionBlock();

describe.each([{ layout: 'plain', block: undefined }, ...(block ? [{ layout: 'blocked', block }] : [])])(
  'gradients of a convolution, $layout',
  ({ block }) => {
    it.each(forms)('are the sums that define them: $name', async (form) => {
      const found = await runGradients(form, block);
      const expected = computeGradients(form, found.feeds);
      expect(distance(found.dw, expected.dw)).toBeLessThan(1e-3);
      expect(distance(found.dx, expected.dx)).toBeLessThan(1e-3);
    });
  },
);

interface Feeds {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly dy: Float32Array;
}

async function runGradients(
  { x: xShape, w: wShape, attributes }: Form,
  convolutionBlock: number | undefined,
) {
  const e = createExpressions(createGraphBuilder());
  const [x, w] = [e.builder.input('x', 'float32', xShape), e.builder.input('w', 'float32', wShape)];
  const dyShape = e.conv(x, w, attributes).shape;
  const dy = e.builder.input('dy', 'float32', dyShape);
  const dx = convInputGradient(e, x, w, attributes, dy);
  const dw = convWeightGradient(e, x, w, attributes, dy);
  const session = await createSession(
    writeOnnx(e.builder.finish('gradients', [dx, dw]), { convolutionBlock }),
    { provider: 'cpu', threads: 2 },
  );
  const feeds = { x: wave(xShape, 1), w: wave(wShape, 2), dy: wave(dyShape, 3) };
  const outputs = await session.run({
    x: new Tensor('float32', feeds.x, [...xShape]),
    w: new Tensor('float32', feeds.w, [...wShape]),
    dy: new Tensor('float32', feeds.dy, [...dyShape]),
  });
  const take = (name: string) => toFloats(takeOutput(outputs, name)).slice();
  const found = { dx: take(dx.name), dw: take(dw.name), feeds };
  await session.release();
  return found;
}

/** For each product w[o, c, i, j] x[n, g c, p · stride + (i, j) · dilation - pad] of the convolution, its two derivatives. */
function computeGradients({ x, w, attributes }: Form, feeds: Feeds): { dx: Float32Array; dw: Float32Array } {
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
  return { dx, dw };
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
