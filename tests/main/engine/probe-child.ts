/** Probes a provider in a process of its own, with a whole training run on it, and prints what it found as JSON. */
import { createTrainer, type ProviderName, probeProvider } from '../../../src-main/engine/index.ts';
import { createClassifierFrom } from '../../../src-main/engine/nn/classifier.ts';
import { activatedConvolution, classifierHead } from '../../../src-main/engine/nn/layers.ts';
import type { Network } from '../../../src-main/engine/nn/network.ts';
import { takeScaledSteps } from './scaled-steps.ts';

const network: Network = (scope, pixels) => {
  const stem = activatedConvolution(scope, 'stem', pixels, { channels: 4, kernel: 3, stride: 2 });
  return classifierHead(scope, stem, 2);
};

const name = process.argv[2] as ProviderName;
const report = await probeProvider(name);
const trained = report.usable ? await trainOn(name) : undefined;
const scaled = report.usable ? await takeScaledSteps(name) : undefined;
process.stdout.write(`${JSON.stringify({ report, trained, scaled })}\n`, () => process.exit(0));

/** Losses of a few steps with a save and a load in between, and the probabilities after. */
async function trainOn(provider: ProviderName) {
  const [imageSize, batchSize] = [16, 4];
  const model = createClassifierFrom(network, { classes: 2, imageSize, seed: 3 });
  const optimizer = { kind: 'adamw', weightDecay: 0.01, clipNorm: 1, emaDecay: 0.9 } as const;
  const options = { model, batchSize, optimizer, labelSmoothing: 0.1, provider, seed: 3 };
  const images = Uint8Array.from(
    { length: batchSize * imageSize * imageSize * 3 },
    (_, i) => (i * i * 31 + i) % 251,
  );
  const labels = Int32Array.of(0, 1, 0, 1);
  const first = await createTrainer(options);
  const losses = [
    (await first.step(images, labels, 0.01)).loss,
    (await first.step(images, labels, 0.01)).loss,
  ];
  const second = await createTrainer(options);
  await second.loadState(await first.readState());
  losses.push((await second.step(images, labels, 0.01)).loss);
  const probabilities = [...(await second.predict(images, batchSize))];
  await Promise.all([first.dispose(), second.dispose()]);
  return { losses, probabilities };
}
