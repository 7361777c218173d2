/** Other people's classifiers: every layout and type that is promised, and what is refused. */
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../src-main/engine/graph/builder.ts';
import { createExpressions, type Expressions } from '../../../src-main/engine/graph/expressions.ts';
import type { Value } from '../../../src-main/engine/graph/ops.ts';
import { fromNumbers } from '../../../src-main/engine/graph/tensor.ts';
import { loadPredictor, type PredictorInput } from '../../../src-main/engine/index.ts';
import { decodeModel } from '../../../src-main/engine/onnx/decode.ts';
import { encodeModel } from '../../../src-main/engine/onnx/encode.ts';
import { writeOnnx } from '../../../src-main/engine/onnx/write.ts';

/** Red, green and blue means of one picture of 2 × 4 pixels and another. */
const pictures = Uint8Array.from([
  ...Array(8).fill([255, 0, 51]).flat(),
  ...Array(8).fill([0, 102, 204]).flat(),
]);
const means = [1, 0, 0.2, 0, 0.4, 0.8];

describe('loadPredictor', () => {
  it.each([
    ['planes of floats', { planar: true }],
    ['interleaved floats', { planar: false }],
    ['interleaved bytes', { planar: false, dtype: 'uint8' }],
    ['planes of bytes, one picture at a time', { planar: true, dtype: 'uint8', batch: 1 }],
    ['floats, three pictures at a time', { planar: true, batch: 3 }],
  ] as const)('runs a model of %s and adds the softmax that is missing', async (_, model) => {
    const predictor = await open(colourModel(model));
    expect(predictor.classCount).toBe(3);
    expect(predictor.classNames).toBeUndefined();
    expectRows(await predictor.predict(pictures, 2), [softmax(means.slice(0, 3)), softmax(means.slice(3))]);
    await predictor.dispose();
  });

  it('leaves probabilities as they are', async () => {
    const predictor = await open(
      colourModel({
        planar: true,
        finish: (e, logits) => e.builder.node('Softmax', [logits], { axis: 1 })[0],
      }),
    );
    expectRows(await predictor.predict(pictures, 2), [softmax(means.slice(0, 3)), softmax(means.slice(3))]);
    await predictor.dispose();
  });

  it('takes shares by sigmoids as what makes one class likelier than the others', async () => {
    const predictor = await open(
      colourModel({ planar: true, finish: (e, logits) => e.unary('Sigmoid', logits) }),
    );
    expectRows(await predictor.predict(pictures, 2), [softmax(means.slice(0, 3)), softmax(means.slice(3))]);
    await predictor.dispose();
  });

  it('runs a model of half precision', async () => {
    const predictor = await open(colourModel({ planar: true, dtype: 'float16' }));
    const found = await predictor.predict(pictures, 2);
    [...softmax(means.slice(0, 3)), ...softmax(means.slice(3))].forEach((value, index) => {
      expect(found[index]).toBeCloseTo(value, 3);
    });
    await predictor.dispose();
  });

  it('refuses a model that gives labels alone', async () => {
    const finish = (e: Expressions, logits: Value) =>
      e.builder.node('ArgMax', [logits], { axis: 1, keepDims: false, selectLast: false })[0];
    await expect(open(colourModel({ planar: true, finish }))).rejects.toThrow(
      /needs an output with a number for each class, found \S+ of int64/,
    );
  });

  it('scales pixels as it is told', async () => {
    const raw = await open(colourModel({ planar: true, scale: 1 / 255 }), { pixelRange: '0..255' });
    expectRows(await raw.predict(pictures, 2), [softmax(means.slice(0, 3)), softmax(means.slice(3))]);
    const imagenet = await open(colourModel({ planar: true }), { pixelRange: 'imagenet' });
    const [red, green, blue] = [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225];
    expectRows((await imagenet.predict(pictures, 2)).slice(0, 3), [softmax([red, green, blue])]);
    const centred = await open(colourModel({ planar: true }), { pixelRange: '-1..1' });
    expectRows((await centred.predict(pictures, 2)).slice(0, 3), [softmax([1, -1, 2 * 0.2 - 1])]);
    await Promise.all([raw.dispose(), imagenet.dispose(), centred.dispose()]);
  });

  it('needs the size of a picture that the file leaves open', async () => {
    const bytes = openAxes(colourModel({ planar: true }));
    await expect(open(bytes)).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining('height'),
    });
    const predictor = await open(bytes, { imageSize: { width: 4, height: 2 } });
    expect(predictor.imageSize).toEqual({ width: 4, height: 2 });
    await predictor.dispose();
  });

  it.each([
    [
      'bytes that are no model',
      () => new TextEncoder().encode('not a model at all, not even close'),
      'expected an ONNX file',
    ],
    ['an empty file', () => new Uint8Array(), 'expected an ONNX file with a graph'],
    ['a picture of two channels', () => simpleModel([1, 2, 4, 4]), '1 or 3 channels'],
    ['an input of three axes', () => simpleModel([1, 3, 4]), 'four axes'],
    ['an output of pictures', () => simpleModel([1, 3, 4, 4]), 'one row per image'],
  ])('refuses %s', async (_, make, message) => {
    await expect(open(make())).rejects.toMatchObject({
      code: 'MODEL_UNREADABLE',
      message: expect.stringContaining(message),
    });
  });
});

function open(bytes: Uint8Array, input?: PredictorInput) {
  return loadPredictor(bytes, { provider: 'cpu', threads: 1, ...(input && { input }) });
}

interface ColourModel {
  readonly planar: boolean;
  readonly dtype?: 'uint8' | 'float16';
  /** Fixed; open if absent. */
  readonly batch?: number;
  readonly scale?: number;
  readonly finish?: (e: Expressions, logits: Value) => Value;
}

/** Logits are the mean colours, for bytes over 255. */
function colourModel({ planar, dtype, batch, scale, finish }: ColourModel): Uint8Array {
  const e = createExpressions(createGraphBuilder());
  const count = batch ?? 1;
  const x = e.builder.input('x', dtype ?? 'float32', planar ? [count, 3, 2, 4] : [count, 2, 4, 3]);
  const type = dtype === 'float16' ? dtype : 'float32';
  const averages = e.mean(e.cast(x, type), planar ? [2, 3] : [1, 2], false);
  const factor = scale ?? (dtype === 'uint8' ? 1 / 255 : 1);
  const logits = e.mul(averages, e.constant(fromNumbers(type, [3], [factor, factor, factor])));
  const output = finish ? finish(e, logits) : logits;
  return writeOnnx(e.builder.finish('colour', [output]), batch === undefined ? { symbolicBatch: 1 } : {});
}

function simpleModel(shape: readonly number[]): Uint8Array {
  const builder = createGraphBuilder();
  const [y] = builder.node('Relu', [builder.input('x', 'float32', shape)], {});
  return writeOnnx(builder.finish('simple', [y]));
}

/** The same file with height and width left open. */
function openAxes(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const inputs = model.graph.inputs.map((input) => ({ ...input, shape: ['n', 3, 'h', 'w'] }));
  return encodeModel({ ...model, graph: { ...model.graph, inputs } });
}

function softmax(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  return powers.map((value) => value / powers.reduce((sum, other) => sum + other, 0));
}

function expectRows(found: Float32Array, rows: readonly (readonly number[])[]): void {
  const expected = rows.flat();
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 5);
  });
}
