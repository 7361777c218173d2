/**
 * Time and peak memory of one training step (forward, loss, backward, AdamW) against PyTorch on the same machine in the
 * same run, two threads each: each side in a process of its own, taking steps in turns, so that all see the same noise.
 *
 * A ratio above 1 means that we are faster; ours has its forms of convolution gradients timed, the ratio by rule stands
 * first. Then how our step grows with the batch, the picture and the depth. On a machine
 * that is busy otherwise, FIELDSTATION_BENCH_THREADS=1 and the processor times tell more; FIELDSTATION_BENCH_CASE names one
 * network, FIELDSTATION_BENCH_ROUNDS the turns.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Case } from './networks.ts';

const cases: readonly Case[] = [
  { network: 'residual', depth: 1, imageSize: 320, batchSize: 4 },
  { network: 'mobilenet', depth: 1, imageSize: 224, batchSize: 8 },
  { network: 'classifier-small', depth: 1, imageSize: 28, batchSize: 64 },
  { network: 'vit', depth: 1, imageSize: 224, batchSize: 16 },
  { network: 'classifier-nano', depth: 1, imageSize: 28, batchSize: 64 },
  { network: 'classifier-nano', depth: 1, imageSize: 128, batchSize: 32 },
  { network: 'classifier-small', depth: 1, imageSize: 128, batchSize: 32 },
  { network: 'detector-nano', depth: 1, imageSize: 320, batchSize: 8 },
];
const residual: Case = { network: 'residual', depth: 0.5, imageSize: 160, batchSize: 4 };
/** Each next to the one before: twice the batch, four times the pixels, twice the depth. */
const growth: readonly (readonly [string, readonly Case[]])[] = [
  ['batch', [1, 2, 4, 8].map((batchSize) => ({ ...residual, batchSize }))],
  ['image size', [80, 160, 320].map((imageSize) => ({ ...residual, imageSize }))],
  ['depth', [0.5, 1, 2].map((depth) => ({ ...residual, depth }))],
];
const rounds = Number(process.env.FIELDSTATION_BENCH_ROUNDS ?? 7);
const threads = Number(process.env.FIELDSTATION_BENCH_THREADS ?? 2);
const stepsPerRound = 3;
const warmUpSteps = 2;

const python = process.env.FIELDSTATION_PYTHON;
if (!python)
  throw new Error('FIELDSTATION_PYTHON must name a Python with torch; run it through `npm run bench`');

interface Steps {
  readonly times: readonly number[];
  /** Processor time of one step, all threads together. */
  readonly cpuMs: number;
}

/** A process that takes steps when told. */
interface Side {
  readonly buildMs: number;
  /** Of the forms of gradients, before that. */
  readonly formsMs?: number;
  takeSteps(count: number): Promise<Steps>;
  finish(): Promise<{ readonly peakBytes: number }>;
}

const only = process.env.FIELDSTATION_BENCH_CASE;
console.log(
  `${threads} threads; ratios: by rule against timed, then torch / channels_last against ours with timed forms`,
);
console.log(
  'network           px batch |  ours ms   rule  torch   last  ratios    | cpu ms  ratios    | peak MB torch | build, timing ms',
);
for (const one of cases) {
  if (!only || one.network.includes(only)) console.log(await compare(one));
}
if (!only) {
  console.log('\nresidual net, ours alone: ms a step');
  for (const [axis, line] of growth) console.log(await grow(axis, line));
}

async function compare(one: Case): Promise<string> {
  const sides = [
    await startOurs({ ...one, forms: 'timed' }),
    await startOurs(one),
    await startPeer(one, 'contiguous'),
    await startPeer(one, 'channels_last'),
  ];
  const turns = await takeTurns(sides);
  const peaks: number[] = [];
  for (const side of sides) peaks.push((await side.finish()).peakBytes / 2 ** 20);
  const [wall, cpu] = [turns.map(({ wallMs }) => wallMs), turns.map(({ cpuMs }) => cpuMs)];
  return [
    `${one.network.padEnd(16)} ${one.imageSize} ${String(one.batchSize).padStart(3)} |`,
    ...wall.map((ms) => show(ms, 1)),
    showRatios(wall),
    `| ${show(cpu[0] ?? 0, 0)}`,
    showRatios(cpu),
    `| ${show(peaks[0] ?? 0, 0)} ${show(Math.min(...peaks.slice(2)), 0)} |`,
    show(sides[0]?.buildMs ?? 0, 0),
    show(sides[0]?.formsMs ?? 0, 0),
  ].join(' ');
}

/** Of the others to the first. */
function showRatios([ours = 0, ...others]: readonly number[]): string {
  return others.map((ms) => (ms / ours).toFixed(2)).join(' / ');
}

async function grow(axis: string, line: readonly Case[]): Promise<string> {
  const entries: string[] = [];
  for (const one of line) {
    const side = await startOurs(one);
    const [turns] = await takeTurns([side]);
    const { peakBytes } = await side.finish();
    const label = { batch: one.batchSize, 'image size': one.imageSize, depth: one.depth }[axis];
    entries.push(
      `${label}: ${turns?.wallMs.toFixed(1)}, cpu ${turns?.cpuMs.toFixed(0)} (${Math.round(peakBytes / 2 ** 20)} MB, build ${Math.round(side.buildMs)})`,
    );
  }
  return `${axis.padEnd(10)} ${entries.join('  ')}`;
}

/** Medians of each side, the first steps left out. */
async function takeTurns(sides: readonly Side[]): Promise<{ wallMs: number; cpuMs: number }[]> {
  const taken: Steps[][] = sides.map(() => []);
  for (const side of sides) await side.takeSteps(warmUpSteps);
  for (let round = 0; round < rounds; round++) {
    for (const [index, side] of sides.entries()) taken[index]?.push(await side.takeSteps(stepsPerRound));
  }
  return taken.map((steps) => ({
    wallMs: median(steps.flatMap(({ times }) => times)),
    cpuMs: median(steps.map(({ cpuMs }) => cpuMs)),
  }));
}

function startOurs(one: Case): Promise<Side> {
  return start('ours', process.execPath, [
    `${import.meta.dirname}/step-child.ts`,
    JSON.stringify({ ...one, threads }),
  ]);
}

function startPeer(one: Case, layout: 'contiguous' | 'channels_last'): Promise<Side> {
  return start(layout, python ?? '', [
    `${import.meta.dirname}/training_step.py`,
    JSON.stringify({ ...one, threads }),
    layout,
  ]);
}

async function start(name: string, command: string, parameters: readonly string[]): Promise<Side> {
  const child: ChildProcessWithoutNullStreams = spawn(command, parameters);
  child.stderr.pipe(process.stderr);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const listen = async <T>(): Promise<T> => {
    const answer = await answers.next();
    if (answer.done) throw new Error(`${name} ended early`);
    return JSON.parse(answer.value);
  };
  const built = await listen<{ buildMs: number; formsMs?: number }>();
  return {
    ...built,
    takeSteps: async (count) => {
      child.stdin.write(`${count}\n`);
      return listen<Steps>();
    },
    finish: async () => {
      child.stdin.end();
      return listen<{ peakBytes: number }>();
    },
  };
}

function show(value: number, digits: number): string {
  return value.toFixed(digits).padStart(7);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
