/** The tiny training run by which a provider is tried, and what its failure is called. */
import { createClassifierFrom } from './nn/classifier.ts';
import { activatedConvolution, classifierHead, residualBlock } from './nn/layers.ts';
import type { Network } from './nn/network.ts';
import type { ProviderName } from './runtime/providers.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const imageSize = 16;
const batchSize = 4;

export const tinySteps = 3;

export interface TinyRun {
  readonly provider: ProviderName;
  readonly amp: boolean;
}

/** The losses of a few steps and the probabilities after them. */
export async function trainTiny(run: TinyRun): Promise<number[]> {
  return withTinyTrainer(run, async (trainer) => {
    const losses: number[] = [];
    for (let step = 0; step < tinySteps; step++) losses.push((await stepTiny(trainer)).loss);
    return [...losses, ...(await trainer.predict(drawPictures(), batchSize))];
  });
}

export async function withTinyTrainer<T>(run: TinyRun, use: (trainer: Trainer) => Promise<T>): Promise<T> {
  const trainer = await createTrainer({
    ...run,
    model: createClassifierFrom(tinyNetwork, { classes: 2, imageSize, seed: 1 }),
    batchSize,
    optimizer: { kind: 'adamw', weightDecay: 0.01, emaDecay: 0.9 },
    labelSmoothing: 0.1,
  });
  try {
    return await use(trainer);
  } finally {
    await trainer.dispose();
  }
}

export function stepTiny(trainer: Trainer) {
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 2);
  return trainer.step(drawPictures(), labels, 0.01);
}

/** The largest difference; infinite where a number is none. */
export function findWorst(found: readonly number[], expected: readonly number[]): number {
  const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? 0))));
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}

/** The sentence in an error of onnxruntime: source places and failed conditions stand before it. */
export function describeCause(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, status] = message.match(/Status Message: (?:\S+:\d+ \w+ )?(.*)/s) ?? [];
  const [, sentence] = (status ?? message).match(/was false\. (.*)/s) ?? [];
  return (sentence ?? status ?? message).trim();
}

function drawPictures(): Uint8Array {
  return Uint8Array.from({ length: batchSize * imageSize * imageSize * 3 }, (_, i) => (i * 37) % 256);
}

const tinyNetwork: Network = (scope, pixels) => {
  const stem = activatedConvolution(scope, 'stem', pixels, { channels: 8, kernel: 3, stride: 2 });
  return classifierHead(scope, residualBlock(scope, 'block', stem), 2);
};
