/** Somebody's small network for grey pictures, trained too little, gets better at what it was trained for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createGraphBuilder } from '../../../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../../../src-main/engine/graph/expressions.ts';
import { countElements, floatTensor, type Shape } from '../../../../src-main/engine/graph/tensor.ts';
import { createTrainer, readForeignClassifier } from '../../../../src-main/engine/index.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { decodeTrainerState } from '../../../../src-main/engine/trainer-state.ts';
import { drawPicture, shapeNames } from '../kit/draw-pictures.ts';
import { addShapes, type MiniStation, openMiniStation, trainQuickly } from '../kit/mini-station.ts';

const size = 16;
const weakSteps = 4;
/** As in the file of digits that every runtime's examples come with. */
const weights: Readonly<Record<string, Shape>> = {
  Parameter5: [8, 1, 5, 5],
  Parameter6: [8, 1, 1],
  Parameter87: [16, 8, 5, 5],
  Parameter88: [16, 1, 1],
  Parameter193: [256, 3],
  Parameter194: [1, 3],
};
type Values = Readonly<Record<string, Float32Array>>;

it('an export that was trained weakly improves on pictures that it was not trained on', {
  timeout: 120_000,
}, async () => {
  const station = openMiniStation();
  await addShapes(station.store, { perClass: { train: 40, val: 10, test: 50 } });
  const path = join(station.dataDir, 'weak.onnx');
  await writeFile(path, writeForeignFile(await trainWeakly()));
  const request = { path, name: 'weak', classNames: [...shapeNames], pixelRange: '0..255' as const };
  station.deployment.adopt(station.registry.registerVersion(await station.registry.readModelFile(request)));
  const before = await evaluate(station, 'shapes/test');
  const shown = await evaluate(station, 'shapes/train');
  expect(shown).toBeGreaterThan(0.4);
  expect(shown).toBeLessThan(0.9);
  const run = await trainQuickly(station, { base: 'weak', epochs: 6 });
  expect(run).toMatchObject({ status: 'completed', params: { base: 'weak/1', headSteps: '0' } });
  expect(run.metrics['test/accuracy']).toBeGreaterThan(before + 0.1);
});

async function evaluate({ evaluations, queue }: MiniStation, dataset: string): Promise<number> {
  const { jobId } = await evaluations.startEvaluation({ model: 'weak', dataset });
  await queue.wait(jobId);
  const [latest] = evaluations.listEvaluations({ modelName: 'weak' });
  if (latest?.report.task !== 'classification') throw new Error('a classifier was evaluated');
  return latest.report.accuracy;
}

/** Input `[1, 1, 16, 16]` of 0 to 255, two convolutions with their biases added, a product: opset and names as exporters write them. */
function writeForeignFile(values: Values): Uint8Array {
  const e = createExpressions(createGraphBuilder());
  const constant = (name: string) => {
    const shape = weights[name] ?? [];
    return e.builder.constant(
      floatTensor(values[name] ?? new Float32Array(countElements(shape)), shape),
      name,
    );
  };
  const window = { strides: [1, 1], pads: [2, 2, 2, 2], dilations: [1, 1], group: 1 } as const;
  const pool = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
  let x = e.builder.input('Input3', 'float32', [1, 1, size, size]);
  for (const [weight, bias] of [
    ['Parameter5', 'Parameter6'],
    ['Parameter87', 'Parameter88'],
  ] as const) {
    const activated = e.unary('Relu', e.add(e.conv(x, constant(weight), window), constant(bias)));
    x = e.builder.node('MaxPool', [activated], pool)[0];
  }
  const features = e.reshape(x, [1, 256]);
  const logits = e.add(e.matMul(features, constant('Parameter193')), constant('Parameter194'));
  return writeOnnx(e.builder.finish('CNTKGraph', [logits]));
}

/** A few steps from weights at random. */
async function trainWeakly(): Promise<Values> {
  const random = createRandom(4, 'weak');
  const drawn = Object.entries(weights).map(([name, shape]) => {
    const inputs = shape.length === 4 ? countElements(shape.slice(1)) : (shape[0] ?? 1);
    const reach = shape.length === 3 || shape[0] === 1 ? 0 : Math.sqrt(2 / inputs);
    // The first layer takes pixels of 0 to 255.
    const scale = name === 'Parameter5' ? reach / 255 : reach;
    return [
      name,
      Float32Array.from({ length: countElements(shape) }, () => scale * random.normal()),
    ] as const;
  });
  const file = writeForeignFile(Object.fromEntries(drawn));
  const model = readForeignClassifier(file, { classNames: shapeNames, pixelRange: '0..255', seed: 1 });
  const batchSize = 12;
  const trainer = await createTrainer({
    ...{ model, batchSize, labelSmoothing: 0, provider: 'cpu', threads: 1 },
    optimizer: { kind: 'adamw', weightDecay: 0 },
  });
  for (let step = 0; step < weakSteps; step++)
    await trainer.step(...(await drawBatch(step, batchSize)), 0.0005);
  const state = decodeTrainerState(await trainer.readState()).vectors.get('parameters') ?? new Float32Array();
  await trainer.dispose();
  let offset = 0;
  const trained = model.parameters.map(({ name, shape }) => {
    const start = offset;
    offset += countElements(shape);
    return [name, state.slice(start, offset)] as const;
  });
  return Object.fromEntries(trained);
}

async function drawBatch(step: number, count: number): Promise<readonly [Uint8Array, Int32Array]> {
  const random = createRandom(step, 'weak batch');
  const labels = Int32Array.from({ length: count }, (_, index) => index % shapeNames.length);
  const pictures = await Promise.all(
    Array.from(labels, async (label) => {
      const png = await drawPicture(shapeNames[label] ?? 'disc', 24, random);
      return sharp(png).resize(size, size).removeAlpha().raw().toBuffer();
    }),
  );
  return [new Uint8Array(Buffer.concat(pictures)), labels];
}
