/** The loss of our detectors, value and gradient, against the published formulas in PyTorch. */
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { differentiate } from '../../../../../src-main/engine/autodiff/differentiate.ts';
import { createGraphBuilder } from '../../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../../src-main/engine/graph/expressions.ts';
import type { Value } from '../../../../../src-main/engine/graph/ops.ts';
import { createAnchorPoints } from '../../../../../src-main/engine/nn/detector/anchor-points.ts';
import { decodeDistances } from '../../../../../src-main/engine/nn/detector/dense-decoding.ts';
import { detectionLoss } from '../../../../../src-main/engine/nn/detector/detection-loss.ts';
import { writeOnnx } from '../../../../../src-main/engine/onnx/write.ts';

interface GoldenLoss {
  readonly name: string;
  readonly classes: number;
  readonly phase: number;
  readonly peak: number;
  /** Corners are predicted instead of distributions of distances. */
  readonly plain: boolean;
  /** Per image rows of class, x1, y1, x2, y2. */
  readonly objects: readonly (readonly (readonly [number, number, number, number, number])[])[];
  readonly parts: readonly number[];
  readonly positives: number;
  readonly logitsGradient: readonly number[];
  readonly rawGradient: readonly number[];
  /** Where the objectness is predicted apart from the classes. */
  readonly objectnessGradient?: readonly number[];
}

const fixture = `${import.meta.dirname}/../../../../fixtures/detector/detection-loss.json`;
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly GoldenLoss[];
const anchors = createAnchorPoints(32, [8, 16, 32]);
const bins = 8;
const maxBoxes = 9;

it.each(cases.map((golden) => [golden.name, golden] as const))(
  'agrees with PyTorch: %s',
  async (_, golden) => {
    const { parts, positives, logitsGradient, rawGradient, objectnessGradient } = await computeLoss(golden);
    expectNear(parts, golden.parts);
    expect(positives).toBe(golden.positives);
    expectNear(logitsGradient, golden.logitsGradient);
    expectNear(rawGradient, golden.rawGradient);
    expectNear(objectnessGradient, golden.objectnessGradient ?? []);
  },
);

/** Within 1e-5 of the largest: float32 against float64. */
function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN))));
  expect(worst / scale).toBeLessThan(2e-5);
}

async function computeLoss(golden: GoldenLoss) {
  const { classes, plain, objects } = golden;
  const n = objects.length;
  const e = createExpressions(createGraphBuilder());
  const logits = e.builder.input('logits', 'float32', [n, classes, anchors.count]);
  const rawShape = plain ? [n, 4, anchors.count] : [n, 4, anchors.count, bins];
  const raw = e.builder.input('raw', 'float32', rawShape);
  const truth = {
    boxes: e.builder.input('boxes', 'float32', [n, maxBoxes, 4]),
    classes: e.builder.input('classes', 'int32', [n, maxBoxes]),
  };
  const apart = golden.objectnessGradient
    ? [e.builder.input('objectness', 'float32', [n, 1, anchors.count])]
    : [];
  const predictions = plain
    ? { classLogits: logits, boxes: raw, ...(apart[0] && { objectness: apart[0] }) }
    : { classLogits: logits, boxes: decodeDistances(e, raw, anchors), distances: raw };
  const { loss, results } = detectionLoss(e, predictions, truth, anchors);
  const named = (value: Value, name: string) =>
    e.builder.node('Identity', [value], {}, { outputs: [name] })[0];
  const gradients = differentiate(e, loss, [logits, raw, ...apart]);
  const graph = e.builder.finish('loss', [
    ...[...results].map(([name, value]) => named(value, name)),
    ...gradients.map((gradient, index) => named(gradient, `gradient${index}`)),
  ]);
  const session = await InferenceSession.create(writeOnnx(graph), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const outputs = await session.run({
    logits: new Tensor('float32', wave(n * classes * anchors.count, 2, golden.phase, -1), logits.shape),
    raw: new Tensor(
      'float32',
      plain ? corners(golden, n) : wave(n * 4 * anchors.count * bins, golden.peak, golden.phase + 1),
      rawShape,
    ),
    ...(apart.length > 0 && {
      objectness: new Tensor('float32', wave(n * anchors.count, 2, golden.phase + 2, -1), [
        n,
        1,
        anchors.count,
      ]),
    }),
    ...feedObjects(golden),
  });
  await session.release();
  const numbers = (name: string) => Array.from(outputs[name]?.data as Float32Array);
  return {
    parts: ['lossBox', 'lossClass', 'lossDfl'].flatMap(numbers),
    positives: numbers('positives')[0],
    logitsGradient: numbers('gradient0'),
    rawGradient: numbers('gradient1'),
    objectnessGradient: apart.length > 0 ? numbers('gradient2') : [],
  };
}

/** The same numbers as in the oracle. */
function wave(length: number, amplitude: number, phase: number, offset = 0): Float32Array {
  return Float32Array.from({ length }, (_, index) => amplitude * Math.sin(0.7 * index + phase) + offset);
}

function corners({ phase }: GoldenLoss, n: number): Float32Array {
  const [x, y] = [Array.from(anchors.x.elements, Number), Array.from(anchors.y.elements, Number)];
  const around = [x.map((v) => v - 9), y.map((v) => v - 9), x.map((v) => v + 9), y.map((v) => v + 9)].flat();
  return wave(n * around.length, 5, phase + 1).map(
    (value, index) => value + (around[index % around.length] ?? 0),
  );
}

/** Padding holds boxes of nothing. */
function feedObjects({ objects }: GoldenLoss): { boxes: Tensor; classes: Tensor } {
  const boxes = new Float32Array(objects.length * maxBoxes * 4);
  const classes = new Int32Array(objects.length * maxBoxes).fill(-1);
  objects.forEach((rows, image) => {
    rows.forEach(([label, ...box], row) => {
      boxes.set(box, (image * maxBoxes + row) * 4);
      classes[image * maxBoxes + row] = label;
    });
  });
  return {
    boxes: new Tensor('float32', boxes, [objects.length, maxBoxes, 4]),
    classes: new Tensor('int32', classes, [objects.length, maxBoxes]),
  };
}
