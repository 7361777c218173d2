/**
 * One side of the step bench in a process of its own, so that its peak memory can be told: our trainer.
 *
 * The case is the first argument, as JSON. Answers a line `{buildMs, formsMs}` (the timing of forms beside), then for each line on stdin (a count)
 * takes that many steps and answers `{times, cpuMs}` (each step's, the mean of processor time), at the end `{peakBytes}`.
 */
import { createInterface } from 'node:readline';
import {
  chooseForms,
  createDetector,
  createModelTrainer,
  createTrainer,
  type TrainableModel,
  toTrainableModel,
} from '../../src-main/engine/index.ts';
import { boxesPerPicture, type Case, createNetwork } from './networks.ts';

const one: Case = JSON.parse(process.argv[2] ?? '{}');
const { imageSize, batchSize, threads = 2 } = one;
const images = new Uint8Array(batchSize * imageSize * imageSize * 3).map((_, index) => (index * 31) % 256);
const shared = {
  batchSize,
  optimizer: { kind: 'adamw', weightDecay: 0.02 },
  provider: 'cpu',
  threads,
} as const;
let formsMs = 0;
const start = performance.now();
const takeStep = await (one.network === 'detector-nano' ? openDetector() : openClassifier(one.network));
console.log(JSON.stringify({ buildMs: performance.now() - start - formsMs, formsMs }));
for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let step = 0; step < Number(line); step++) {
    const before = performance.now();
    await takeStep();
    times.push(performance.now() - before);
  }
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ times, cpuMs: (user + system) / 1000 / times.length }));
}
console.log(JSON.stringify({ peakBytes: peakBytes() }));

async function openClassifier(network: Parameters<typeof createNetwork>[0]['network']) {
  const model = createNetwork({ ...one, network });
  const forms = await pickForms(toTrainableModel(model, 0.05));
  const trainer = await createTrainer({ ...shared, forms, model, labelSmoothing: 0.05 });
  const labels = new Int32Array(batchSize).map((_, index) => index % 10);
  return () => trainer.step(images, labels, 1e-3);
}

async function openDetector() {
  const size = { classes: 3, imageSize, maxBoxes: boxesPerPicture, seed: 0 };
  const model = createDetector({ architecture: 'detector-nano', ...size });
  const trainer = await createModelTrainer({ ...shared, forms: await pickForms(model), model });
  const rows = batchSize * boxesPerPicture;
  const corner = (index: number) => (((index * 37) % 100) / 100) * 0.8 * imageSize;
  const boxes = Float32Array.from({ length: 4 * rows }, (_, index) => {
    const near = corner(2 * Math.floor(index / 4) + (index % 2));
    return index % 4 < 2 ? near : near + 0.15 * imageSize;
  });
  const classes = Int32Array.from({ length: rows }, (_, index) => index % 3);
  const feeds = new Map<string, Uint8Array | Float32Array | Int32Array>([
    ['images', images],
    ['boxes', boxes],
    ['classes', classes],
  ]);
  return () => trainer.step(feeds, 1e-3);
}

async function pickForms(model: TrainableModel): Promise<ReadonlyMap<string, string>> {
  if (one.forms !== 'timed') return new Map();
  const before = performance.now();
  const now = () => performance.now();
  const choices = await chooseForms({ ...shared, model, known: new Map(), budgetMs: 10_000, now });
  formsMs = performance.now() - before;
  return new Map(choices.map(({ gradient, form }) => [gradient, form]));
}

function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}
