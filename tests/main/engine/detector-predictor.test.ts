import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { int64Tensor } from '../../../src-main/engine/graph/tensor.ts';
import {
  createDetector,
  describeDetector,
  loadDetector,
  recognizeDetector,
} from '../../../src-main/engine/index.ts';
import { createInferenceGraph } from '../../../src-main/engine/nn/inference-graph.ts';
import { decodeModel } from '../../../src-main/engine/onnx/decode.ts';
import { encodeModel } from '../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute } from '../../../src-main/engine/onnx/model.ts';
import { writeOnnx } from '../../../src-main/engine/onnx/write.ts';

interface GoldenExport {
  readonly file: string;
  /** Best first: class, score, x1, y1, x2, y2. */
  readonly found: readonly (readonly number[])[];
}

const folder = `${import.meta.dirname}/../../fixtures/detector`;
const cases = JSON.parse(readFileSync(`${folder}/foreign-exports.json`, 'utf8')) as readonly GoldenExport[];
const families = {
  'yolox.onnx': 'yolox',
  'yolox-decoded.onnx': 'yolox',
  'yolov5.onnx': 'yolov5',
  'yolov5-heads.onnx': 'yolov5',
  'yolov8.onnx': 'yolov8',
  'yolov8-half.onnx': 'yolov8',
  'yolo11.onnx': 'yolo11',
  'yolo26.onnx': 'yolo26',
  'yolo26-final.onnx': 'yolo26',
} as const;
/** The picture of the oracle, twice: i i 31 stays exact below 2^53. */
const picture = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
const twice = Uint8Array.from([...picture, ...picture]);

describe.each(cases.map(({ file, found }) => [file, found] as const))(
  'loadDetector of %s',
  (file, expected) => {
    it('recognizes the family and finds in each of two pictures what PyTorch finds', async () => {
      const detector = await loadDetector(readFileSync(`${folder}/${file}`), { provider: 'cpu', threads: 1 });
      expect(detector).toMatchObject({
        family: families[file as keyof typeof families],
        classCount: 3,
        imageSize: 64,
      });
      const { k, boxes, scores, classes } = await detector.detect(twice, 2);
      await detector.dispose();
      for (const image of [0, 1]) {
        const found = expected.map((_, row) => {
          const at = image * k + row;
          return [classes[at] ?? -1, scores[at] ?? 0, ...boxes.subarray(4 * at, 4 * at + 4)];
        });
        const tolerance = file.includes('half') ? 0.3 : 0.005;
        expectRows(found, expected, tolerance);
      }
    });
  },
);

function expectRows(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  tolerance: number,
): void {
  const distance = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
  const worst = expected.map((row) => Math.min(...found.map((other) => distance(row, other))));
  expect(Math.max(...worst)).toBeLessThan(tolerance);
}

/** The file as exporters write it that put the suppression behind the network: which boxes are left depends on data. */
function suppressInside(file: Uint8Array): Uint8Array {
  const model = decodeModel(file);
  const node = (
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ) => ({
    ...{ name: '', opType, domain: '', inputs, outputs: [output] },
    attributes: new Map(Object.entries(attributes)),
  });
  const [made = ''] = model.graph.outputs.map(({ name }) => name);
  const nodes = [
    ...model.graph.nodes,
    node('Slice', [made, 'zero', 'four', 'one'], 'columns'),
    node('Transpose', ['columns'], 'rows', { perm: { kind: 'ints', value: [0, 2, 1] } }),
    node('Slice', [made, 'four', 'end', 'one'], 'scores'),
    node('NonMaxSuppression', ['rows', 'scores'], 'kept'),
    node('Cast', ['kept'], 'final', { to: { kind: 'int', value: 1 } }),
  ];
  const numbers = { zero: 0, one: 1, four: 4, end: 2 ** 31 };
  const constants = Object.entries(numbers).map(([name, value]) => [name, int64Tensor([value])] as const);
  const initializers = new Map([...model.graph.initializers, ...constants]);
  const outputs = [{ name: 'final', elementType: 1, shape: ['kept', 3] }];
  return encodeModel({ ...model, graph: { ...model.graph, nodes, initializers, outputs } });
}

/** As for a suppression that wants corners: the two ends side by side, not their middle and their difference. */
function giveCorners(file: Uint8Array): Uint8Array {
  const model = decodeModel(file);
  const makerOf = (name: string | undefined) => model.graph.nodes.find(({ outputs }) => outputs[0] === name);
  const nodes = model.graph.nodes.map((node) => {
    const difference = makerOf(node.inputs[1]);
    const isBox = node.opType === 'Concat' && node.inputs.length === 2 && difference?.opType === 'Sub';
    return isBox ? { ...node, inputs: difference.inputs.toReversed() } : node;
  });
  return encodeModel({ ...model, graph: { ...model.graph, nodes } });
}

describe('loadDetector', () => {
  it('takes what the network gives where the file suppresses behind it, and suppresses itself', async () => {
    const plain = readFileSync(`${folder}/yolov8.onnx`);
    const detect = async (file: Uint8Array) => {
      const detector = await loadDetector(file, { provider: 'cpu', threads: 1 });
      const found = await detector.detect(picture, 1);
      await detector.dispose();
      return found;
    };
    const expected = await detect(plain);
    expect(await detect(suppressInside(plain))).toEqual(expected);
    const other = suppressInside(giveCorners(plain));
    expect(recognizeDetector(other).layout).toBe('corners');
    const corners = await detect(other);
    expect(corners.scores).toEqual(expected.scores);
    corners.boxes.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.boxes[index] ?? Number.NaN, 3);
    });
  });

  it('says so where the file is for two pictures at a time', async () => {
    const model = decodeModel(readFileSync(`${folder}/yolo11.onnx`));
    const inputs = model.graph.inputs.map((input) => ({ ...input, shape: [2, 3, 64, 64] }));
    const bytes = encodeModel({ ...model, graph: { ...model.graph, inputs } });
    await expect(loadDetector(bytes, { provider: 'cpu' })).rejects.toThrow(
      'expected a model for one picture or any number, found one for 2 at a time',
    );
  });

  it('says so where the suppression stands behind another network', async () => {
    const other = suppressInside(
      readFileSync(`${import.meta.dirname}/../../fixtures/engine/exports/text-17.onnx`),
    );
    await expect(loadDetector(other, { provider: 'cpu' })).rejects.toThrow(
      'found a NonMaxSuppression behind another network, with outputs final [kept, 3]: export it without',
    );
  });

  it('runs an export of ours with other thresholds than it was written with', async () => {
    const model = createDetector({
      architecture: 'detector-nano',
      classes: 2,
      imageSize: 256,
      maxBoxes: 1,
      seed: 1,
    });
    const noise = Uint8Array.from({ length: 256 * 256 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
    const statistics = Float32Array.from(
      model.statistics.flatMap(({ channels }) => [...Array(channels).fill(0), ...Array(channels).fill(1)]),
    );
    const graph = createInferenceGraph(model, { parameters: model.initialParameters, statistics });
    const names = { classNames: ['cell', 'seed'], imageSize: 256, architecture: 'detector-nano' };
    const bytes = writeOnnx(graph, { metadata: describeDetector(names), symbolicBatch: 1 });
    const detectWith = async (suppression: object) => {
      const detector = await loadDetector(bytes, { provider: 'cpu', suppression });
      expect(detector).toMatchObject({
        family: 'fieldstation',
        classNames: ['cell', 'seed'],
        imageSize: 256,
      });
      const detections = await detector.detect(noise, 1);
      await detector.dispose();
      return detections;
    };
    const countFound = ({ scores }: { readonly scores: Float32Array }) =>
      scores.filter((score) => score > 0).length;
    const lenient = await detectWith({ confidence: 0, overlap: 0.95 });
    const strict = await detectWith({ confidence: 0, overlap: 0.3 });
    expect(countFound(lenient)).toBeGreaterThan(countFound(strict));
    const [first] = (await detectWith({ confidence: 0, maxDetections: 1 })).scores;
    expect(first).toBe(lenient.scores[0]);
    const many = await detectWith({ confidence: 0, overlap: 0.95, maxDetections: 1000 });
    expect(many.k).toBe(1000);
    expect(Array.from(many.boxes.subarray(0, 40))).toEqual(Array.from(lenient.boxes.subarray(0, 40)));
    expect(countFound(many)).toBeGreaterThan(300);
    const none = await detectWith({ confidence: 0.999 });
    expect(countFound(none)).toBe(0);
  });

  it.each([
    ['mobilenet-13.onnx', 'output y f32[1,3]: its outputs are none of these'],
    ['text-17.onnx', 'its input is not one square picture'],
  ])('says of %s what it found and what it expected', async (file, message) => {
    const bytes = readFileSync(`${import.meta.dirname}/../../fixtures/engine/exports/${file}`);
    const error = await loadDetector(bytes, { provider: 'cpu' }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'MODEL_UNREADABLE' });
    expect(String(error)).toContain(message);
    expect(String(error)).toContain('or [n, 4 + classes, a] of a = Σ (s / stride)² points');
  });
});

describe('recognizeDetector', () => {
  it('states family, classes, size, levels, layout and pixels of a file', () => {
    expect(recognizeDetector(readFileSync(`${folder}/yolov8.onnx`))).toEqual({
      family: 'yolov8',
      classes: 3,
      classNames: ['bolt', 'nut', "washer's rim"],
      imageSize: 64,
      strides: [8, 16, 32],
      layout: 'columns',
      anchors: [],
      pixels: { order: 'rgb', largest: 1 },
    });
    const yolov5 = recognizeDetector(readFileSync(`${folder}/yolov5.onnx`));
    expect(yolov5.anchors.flat(2)).toEqual([
      10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326,
    ]);
    expect(recognizeDetector(readFileSync(`${folder}/yolox.onnx`))).toMatchObject({
      layout: 'cells',
      classNames: undefined,
      pixels: { order: 'bgr', largest: 255 },
    });
  });
});
