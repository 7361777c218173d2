/** Finds out whether an execution provider trains correctly on this machine, by training. */
import { createClassifier, createClassifierFrom } from './nn/classifier.ts';
import { activatedConvolution, classifierHead, residualBlock } from './nn/layers.ts';
import type { Network } from './nn/network.ts';
import { listProviders, type ProviderName } from './runtime/providers.ts';
import { createTrainer } from './trainer.ts';

export interface ProviderReport {
  readonly name: ProviderName;
  readonly usable: boolean;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Median milliseconds of a step of `classifier-nano`, 16 pictures at 64 px; null where the provider is not usable. */
  readonly stepMs: number | null;
}

const imageSize = 16;
const batchSize = 4;
const stepCount = 3;
/** Losses differ by rounding alone; a broken kernel is off by far more. */
const tolerance = 1e-3;

/**
 * Runs a few training steps of a tiny network on the provider and compares them with the CPU's. Never throws for a
 * provider that does not work; but a broken native driver can kill the process: probe anything but the CPU in a child.
 */
export async function probeProvider(name: ProviderName): Promise<ProviderReport> {
  if (!listProviders().includes(name)) {
    return { name, usable: false, reason: 'this build of onnxruntime does not contain it', stepMs: null };
  }
  try {
    const expected = await trainTiny('cpu');
    const found = name === 'cpu' ? expected : await trainTiny(name);
    const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] ?? 0))));
    const usable = worst < tolerance;
    if (!usable) {
      return {
        name,
        usable,
        reason: `training differs from the CPU by ${worst.toPrecision(2)}`,
        stepMs: null,
      };
    }
    return { name, usable, reason: describeAgreement(name), stepMs: await timeStep(name) };
  } catch (error) {
    return { name, usable: false, reason: summarize(error), stepMs: null };
  }
}

function describeAgreement(name: ProviderName): string {
  return name === 'cpu' ? 'training runs' : `${stepCount} training steps agree with the CPU`;
}

const timed = { imageSize: 64, batchSize: 16, warmUpSteps: 2, steps: 5, budgetMs: 2_000 } as const;

/** Median time of a step of a real architecture: a device that works may still be slower than the CPU. */
async function timeStep(provider: ProviderName): Promise<number> {
  const { imageSize: size, batchSize: count, warmUpSteps, steps, budgetMs } = timed;
  const model = createClassifier({ architecture: 'classifier-nano', classes: 10, imageSize: size, seed: 1 });
  const optimizer = { kind: 'adamw', weightDecay: 0.01 } as const;
  const trainer = await createTrainer({
    model,
    batchSize: count,
    optimizer,
    labelSmoothing: 0,
    provider,
  });
  try {
    const images = new Uint8Array(count * size * size * 3).map((_, index) => (index * 37) % 256);
    const labels = new Int32Array(count).map((_, index) => index % 10);
    const times: number[] = [];
    let spentMs = 0;
    while (times.length < warmUpSteps + steps && spentMs < budgetMs) {
      const start = performance.now();
      await trainer.step(images, labels, 0.001);
      times.push(performance.now() - start);
      spentMs += times.at(-1) ?? 0;
    }
    const warm = times.slice(Math.min(warmUpSteps, times.length - 1)).sort((a, b) => a - b);
    return warm[Math.floor(warm.length / 2)] ?? Number.NaN;
  } finally {
    await trainer.dispose();
  }
}

/** The sentence in an error of onnxruntime: source places and failed conditions stand before it. */
function summarize(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, sentence] = message.match(/was false\. (.*)/s) ?? [];
  return (sentence ?? message).trim();
}

/** The losses of a few steps and the probabilities after them. */
async function trainTiny(provider: ProviderName): Promise<number[]> {
  const model = createClassifierFrom(tinyNetwork, { classes: 2, imageSize, seed: 1 });
  const trainer = await createTrainer({
    model,
    batchSize,
    optimizer: { kind: 'adamw', weightDecay: 0.01, emaDecay: 0.9 },
    labelSmoothing: 0.1,
    provider,
  });
  try {
    const images = Uint8Array.from(
      { length: batchSize * imageSize * imageSize * 3 },
      (_, i) => (i * 37) % 256,
    );
    const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 2);
    const losses: number[] = [];
    for (let step = 0; step < stepCount; step++) losses.push((await trainer.step(images, labels, 0.01)).loss);
    return [...losses, ...(await trainer.predict(images, batchSize))];
  } finally {
    await trainer.dispose();
  }
}

const tinyNetwork: Network = (scope, pixels) => {
  const stem = activatedConvolution(scope, 'stem', pixels, { channels: 8, kernel: 3, stride: 2 });
  return classifierHead(scope, residualBlock(scope, 'block', stem), 2);
};
