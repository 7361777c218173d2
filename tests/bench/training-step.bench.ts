/**
 * Time of one training step (forward, loss, backward, AdamW) against PyTorch on the same machine in the same run,
 * two threads each, in turns, so that both see the same noise. A ratio above 1 means that we are faster.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ArchitectureName, createClassifier, createTrainer } from '../../src-main/engine/index.ts';

interface Case {
  readonly architecture: ArchitectureName;
  readonly imageSize: number;
  readonly batchSize: number;
}

const cases: readonly Case[] = [
  { architecture: 'classifier-nano', imageSize: 28, batchSize: 64 },
  { architecture: 'classifier-nano', imageSize: 128, batchSize: 32 },
  { architecture: 'classifier-small', imageSize: 128, batchSize: 32 },
];
const layouts = ['contiguous', 'channels_last'] as const;
const rounds = 3;
const steps = 8;

const python = process.env.FIELDSTATION_PYTHON;
if (!python)
  throw new Error('FIELDSTATION_PYTHON must name a Python with torch; run it through `npm run bench`');
const peer = spawn(python, [`${import.meta.dirname}/training_step.py`], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

console.log('architecture      px  batch   ours ms   torch ms  ratio   channels_last ms  ratio');
for (const one of cases) console.log(await compare(one));
peer.stdin.end();

async function compare(one: Case): Promise<string> {
  const ours: number[] = [];
  const theirs = { contiguous: [] as number[], channels_last: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    ours.push(median(await measureOurs(one)));
    for (const layout of layouts) theirs[layout].push(median(await measurePeer(one, layout)));
  }
  const [mine, contiguous, last] = [
    Math.min(...ours),
    Math.min(...theirs.contiguous),
    Math.min(...theirs.channels_last),
  ];
  const figures = [mine, contiguous, contiguous / mine, last, last / mine].map((value) =>
    value.toFixed(2).padStart(9),
  );
  return `${one.architecture.padEnd(16)} ${one.imageSize} ${one.batchSize} ${figures.join(' ')}`;
}

/** Step times in milliseconds, the first two (graph preparation, warm-up) left out. */
async function measureOurs({ architecture, imageSize, batchSize }: Case): Promise<number[]> {
  const model = createClassifier({ architecture, classes: 10, imageSize, seed: 0 });
  const trainer = await createTrainer({
    model,
    batchSize,
    optimizer: { kind: 'adamw', weightDecay: 0.02 },
    labelSmoothing: 0.05,
    provider: 'cpu',
    threads: 2,
  });
  const images = new Uint8Array(batchSize * imageSize * imageSize * 3).map((_, index) => (index * 31) % 256);
  const labels = new Int32Array(batchSize).map((_, index) => index % 10);
  const times: number[] = [];
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    await trainer.step(images, labels, 1e-3);
    times.push(performance.now() - start);
  }
  await trainer.dispose();
  return times.slice(2);
}

async function measurePeer(one: Case, layout: (typeof layouts)[number]): Promise<number[]> {
  peer.stdin.write(`${JSON.stringify({ ...one, layout, steps })}\n`);
  const answer = await answers.next();
  if (answer.done) throw new Error('the peer ended early');
  return (JSON.parse(answer.value) as number[]).slice(2);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
