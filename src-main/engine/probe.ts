/** Finds out whether an execution provider trains correctly on this machine, by training. */
import { createClassifier } from './nn/classifier.ts';
import { type AmpReport, probeAmp } from './probe-amp.ts';
import { describeCause, findWorst, tinySteps, trainTiny } from './probe-run.ts';
import { listProviders, type ProviderName } from './runtime/providers.ts';
import { createTrainer } from './trainer.ts';

/** Whether a provider trains right on this machine, and how fast. */
export interface ProviderReport {
  readonly name: ProviderName;
  readonly usable: boolean;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Median milliseconds of a step of `classifier-nano`, 16 pictures at 64 px; null where the provider is not usable. */
  readonly stepMs: number | null;
  /** Whether mixed precision trains right there and is worth it. */
  readonly amp: AmpReport;
}

/** Losses differ by rounding alone; a broken kernel is off by far more. */
const tolerance = 1e-3;

/**
 * Runs a few training steps of a tiny network on the provider and compares them with the CPU's. Never throws for a
 * provider that does not work; but a broken native driver can kill the process: probe anything but the CPU in a child.
 */
export async function probeProvider(name: ProviderName): Promise<ProviderReport> {
  const refuse = (reason: string): ProviderReport => ({
    ...{ name, usable: false, reason, stepMs: null },
    amp: { usable: false, reason: 'the device is not usable' },
  });
  if (!listProviders().includes(name)) return refuse('this build of onnxruntime does not contain it');
  try {
    const expected = await trainTiny({ provider: 'cpu', amp: false });
    const found = name === 'cpu' ? expected : await trainTiny({ provider: name, amp: false });
    const worst = findWorst(found, expected);
    if (!(worst < tolerance)) return refuse(`training differs from the CPU by ${worst.toPrecision(2)}`);
    const stepMs = await timeStep(name, false);
    const amp = await probeAmp(name, stepMs, () => timeStep(name, true));
    return { name, usable: true, reason: describeAgreement(name), stepMs, amp };
  } catch (error) {
    return refuse(describeCause(error));
  }
}

function describeAgreement(name: ProviderName): string {
  return name === 'cpu' ? 'training runs' : `${tinySteps} training steps agree with the CPU`;
}

const timed = { imageSize: 64, batchSize: 16, warmUpSteps: 2, steps: 5, budgetMs: 2_000 } as const;

/** Median time of a step of a real architecture: a device that works may still be slower than the CPU. */
async function timeStep(provider: ProviderName, amp: boolean): Promise<number> {
  const { imageSize: size, batchSize: count, warmUpSteps, steps, budgetMs } = timed;
  const model = createClassifier({ architecture: 'classifier-nano', classes: 10, imageSize: size, seed: 1 });
  const optimizer = { kind: 'adamw', weightDecay: 0.01 } as const;
  const trainer = await createTrainer({
    model,
    batchSize: count,
    optimizer,
    labelSmoothing: 0,
    provider,
    amp,
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
