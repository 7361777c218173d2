/**
 * What mixed precision saves on a GPU, by count from the graphs that it would run: the most that is held between nodes
 * at once, the bytes that nodes read and write, nodes and casts. No graph is run: the CPU gains nothing by it.
 */
import type { Graph } from '../../src-main/engine/graph/ops.ts';
import { createDetector, toTrainableModel } from '../../src-main/engine/index.ts';
import { createTrainingGraph } from '../../src-main/engine/optim/training-graph.ts';
import { countPeakBytes, countTraffic } from '../../src-main/engine/passes/count-memory.ts';
import { expandForWebGpu } from '../../src-main/engine/passes/expand-for-webgpu.ts';
import { longestHalfSums } from '../../src-main/engine/runtime/providers.ts';
import { boxesPerPicture, type Case, createNetwork } from './networks.ts';

const cases: readonly Case[] = [
  { network: 'residual', depth: 1, imageSize: 320, batchSize: 4 },
  { network: 'mobilenet', depth: 1, imageSize: 224, batchSize: 8 },
  { network: 'vit', depth: 1, imageSize: 224, batchSize: 16 },
  { network: 'classifier-nano', depth: 1, imageSize: 128, batchSize: 32 },
  { network: 'classifier-small', depth: 1, imageSize: 128, batchSize: 32 },
  { network: 'detector-nano', depth: 1, imageSize: 320, batchSize: 8 },
];

console.log(
  'network             px batch |  peak MB   amp ratio | moved MB    amp ratio |  nodes   amp  casts',
);
for (const one of cases) {
  const [single, mixed] = [buildStep(one, false), buildStep(one, true)];
  const casts =
    mixed.nodes.filter(({ op }) => op === 'Cast').length -
    single.nodes.filter(({ op }) => op === 'Cast').length;
  const name = `${one.network.padEnd(18)} ${pad(one.imageSize, 3)} ${pad(one.batchSize, 5)}`;
  const nodes = `${pad(single.nodes.length, 6)} ${pad(mixed.nodes.length, 5)} ${pad(casts, 6)}`;
  console.log(
    `${name} | ${compare(single, mixed, countPeakBytes)} | ${compare(single, mixed, countTraffic)} | ${nodes}`,
  );
}

/** As a GPU runs it: normalizations written out, long sums in float32. */
function buildStep(one: Case, amp: boolean): Graph {
  const { batchSize } = one;
  const optimizer = { kind: 'adamw', weightDecay: 0.02 } as const;
  const { graph } = createTrainingGraph({
    model: openModel(one),
    batchSize,
    optimizer,
    amp,
    longestHalfSum: longestHalfSums.webgpu,
  });
  return expandForWebGpu(graph);
}

function openModel(one: Case) {
  const { network, imageSize } = one;
  if (network !== 'detector-nano') return toTrainableModel(createNetwork({ ...one, network }), 0.05);
  const size = { classes: 3, imageSize, maxBoxes: boxesPerPicture, seed: 0 };
  return createDetector({ architecture: 'detector-nano', ...size });
}

function compare(single: Graph, mixed: Graph, count: (graph: Graph) => number): string {
  const [before, after] = [count(single), count(mixed)];
  return `${pad(megabytes(before), 8)} ${pad(megabytes(after), 5)} ${pad((after / before).toFixed(2), 5)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width);
}
