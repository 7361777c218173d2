/** The networks of the step bench, as the engine's graph builder writes them; training_step.py holds their twins. */

import type { Value } from '../../src-main/engine/graph/ops.ts';
import { sizeOf } from '../../src-main/engine/graph/tensor.ts';
import { type ArchitectureName, createClassifier } from '../../src-main/engine/index.ts';
import { type Classifier, createClassifierFrom } from '../../src-main/engine/nn/classifier.ts';
import { activatedConvolution, classifierHead, residualBlock } from '../../src-main/engine/nn/layers.ts';
import type { Network, NetworkScope } from '../../src-main/engine/nn/network.ts';

type NetworkName = ArchitectureName | 'residual' | 'mobilenet' | 'vit';

/** Objects of each picture of a detector's batch. */
export const boxesPerPicture = 16;

/** One measurement: which network, how deep (1 is the full depth), on what. */
export interface Case {
  readonly network: NetworkName | 'detector-nano';
  /** Blocks per stage of the residual net, blocks of the transformer; ignored by the others. */
  readonly depth: number;
  readonly imageSize: number;
  readonly batchSize: number;
  /** Two if absent. */
  readonly threads?: number;
  /** Of the gradients of convolutions, in our step; by rule if absent. */
  readonly forms?: 'timed' | 'rule';
}

const classes = 10;

export function createNetwork({ network, depth, imageSize }: Case & { network: NetworkName }): Classifier {
  const size = { classes, imageSize, seed: 0 };
  switch (network) {
    case 'residual':
      return createClassifierFrom(residualNetwork(depth), size);
    case 'mobilenet':
      return createClassifierFrom(mobileNetwork, size);
    case 'vit':
      return createClassifierFrom(visionTransformer(depth), size);
    default:
      return createClassifier({ architecture: network, ...size });
  }
}

/** Convolution, batch normalization, SiLU in residual pairs: at depth 1, 49 convolutions and 1.5 M parameters. */
function residualNetwork(depth: number): Network {
  const stages = [
    { channels: 24, blocks: 6 },
    { channels: 48, blocks: 6 },
    { channels: 64, blocks: 6 },
    { channels: 96, blocks: 4 },
  ];
  return (scope, pixels) => {
    let x = activatedConvolution(scope, 'stem', pixels, { channels: 16, kernel: 3, stride: 2 });
    for (const [index, { channels, blocks }] of stages.entries()) {
      x = activatedConvolution(scope, `${index}.down`, x, { channels, kernel: 3, stride: 2 });
      for (let block = 0; block < blocks * depth; block++) x = residualBlock(scope, `${index}.${block}`, x);
    }
    return classifierHead(scope, x, classes);
  };
}

/** MobileNetV2 at full width (Sandler et al. 2018, table 2). */
const mobileNetwork: Network = (scope, pixels) => {
  const table = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  let x = clippedConvolution(scope, 'stem', pixels, { channels: 32, kernel: 3, stride: 2, group: 1 });
  for (const [stage, [expansion, channels, blocks, stride]] of table.entries()) {
    for (let block = 0; block < blocks; block++) {
      const options = { expansion, channels, stride: block === 0 ? stride : 1 };
      x = invertedResidual(scope, `${stage}.${block}`, x, options);
    }
  }
  x = clippedConvolution(scope, 'last', x, { channels: 1280, kernel: 1, stride: 1, group: 1 });
  return classifierHead(scope, x, classes);
};

function invertedResidual(
  scope: NetworkScope,
  name: string,
  x: Value,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: number },
): Value {
  const wide = sizeOf(x.shape, 1) * expansion;
  const point = { kernel: 1, stride: 1, group: 1 };
  const expanded =
    expansion === 1 ? x : clippedConvolution(scope, `${name}.expand`, x, { channels: wide, ...point });
  const depthwise = { channels: wide, kernel: 3, stride, group: wide };
  const mixed = clippedConvolution(scope, `${name}.depthwise`, expanded, depthwise);
  const change = normalizedConvolution(scope, `${name}.project`, mixed, { channels, ...point });
  return stride === 1 && sizeOf(x.shape, 1) === channels ? scope.e.add(x, change) : change;
}

interface GroupedConvolution {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly group: number;
}

function normalizedConvolution(
  scope: NetworkScope,
  name: string,
  x: Value,
  { channels, kernel, stride, group }: GroupedConvolution,
): Value {
  const shape = [channels, sizeOf(x.shape, 1) / group, kernel, kernel];
  const weight = scope.parameter({ name: `${name}.weight`, shape, initialization: 'he', decays: true });
  const margin = Math.floor(kernel / 2);
  const pads = [margin, margin, margin, margin] as const;
  const y = scope.e.conv(x, weight, { strides: [stride, stride], pads, dilations: [1, 1], group });
  return scope.normalize(`${name}.norm`, y);
}

function clippedConvolution(scope: NetworkScope, name: string, x: Value, options: GroupedConvolution): Value {
  const y = normalizedConvolution(scope, name, x, options);
  return scope.e.builder.node('Clip', [y], { min: 0, max: 6 })[0];
}

/** ViT-tiny (Touvron et al. 2021, DeiT-Ti) of so many blocks, with the mean over its tokens for a class token. */
function visionTransformer(depth: number): Network {
  const [width, patch] = [192, 16];
  return (scope, pixels) => {
    const { e } = scope;
    const shape = [width, 3, patch, patch];
    const weight = scope.parameter({ name: 'patch.weight', shape, initialization: 'linear', decays: true });
    const window = { strides: [patch, patch], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 } as const;
    const patches = e.conv(pixels, weight, window);
    const [n, tokens] = [sizeOf(patches.shape, 0), sizeOf(patches.shape, 2) * sizeOf(patches.shape, 3)];
    const position = {
      name: 'position',
      shape: [1, tokens, width],
      initialization: 'zeros',
      decays: false,
    } as const;
    const embedded = e.transpose(e.reshape(patches, [n, width, tokens]), [0, 2, 1]);
    let x = e.add(embedded, scope.parameter(position));
    for (let block = 0; block < depth; block++) x = transformerBlock(scope, `${block}`, x);
    const features = e.mean(layerNormalization(scope, 'last', x), [1], false);
    return linear(scope, 'head', features, classes);
  };
}

function transformerBlock(scope: NetworkScope, name: string, x: Value): Value {
  const { e } = scope;
  const width = sizeOf(x.shape, 2);
  const attended = e.add(
    x,
    attention(scope, `${name}.attention`, layerNormalization(scope, `${name}.first`, x)),
  );
  const hidden = linear(
    scope,
    `${name}.wide`,
    layerNormalization(scope, `${name}.second`, attended),
    4 * width,
  );
  const [activated] = e.builder.node('Gelu', [hidden], { approximate: 'none' });
  return e.add(attended, linear(scope, `${name}.narrow`, activated, width));
}

function attention(scope: NetworkScope, name: string, x: Value): Value {
  const { e } = scope;
  const heads = 3;
  const [n, tokens, width] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1), sizeOf(x.shape, 2)];
  const size = width / heads;
  const mixed = e.reshape(linear(scope, `${name}.qkv`, x, 3 * width), [n, tokens, 3, heads, size]);
  const turned = e.transpose(mixed, [2, 0, 3, 1, 4]);
  const [q, k, v] = e.builder
    .node('Split', [turned], { axis: 0, sizes: [1, 1, 1] })
    .map((part) => e.reshape(part, [n, heads, tokens, size]));
  if (!q || !k || !v) throw new Error('bug: three parts');
  const scores = e.mul(e.matMul(q, e.transpose(k, [0, 1, 3, 2])), 1 / Math.sqrt(size));
  const [weights] = e.builder.node('Softmax', [scores], { axis: 3 });
  const joined = e.reshape(e.transpose(e.matMul(weights, v), [0, 2, 1, 3]), [n, tokens, width]);
  return linear(scope, `${name}.out`, joined, width);
}

function layerNormalization(scope: NetworkScope, name: string, x: Value): Value {
  const shape = [sizeOf(x.shape, 2)];
  const scale = scope.parameter({ name: `${name}.scale`, shape, initialization: 'ones', decays: false });
  const shift = scope.parameter({ name: `${name}.shift`, shape, initialization: 'zeros', decays: false });
  return scope.e.builder.node('LayerNormalization', [x, scale, shift], { axis: 2, epsilon: 1e-6 })[0];
}

function linear(scope: NetworkScope, name: string, x: Value, outputs: number): Value {
  const { e } = scope;
  const shape = [sizeOf(x.shape, -1), outputs];
  const weight = scope.parameter({ name: `${name}.weight`, shape, initialization: 'linear', decays: true });
  const bias = scope.parameter({
    name: `${name}.bias`,
    shape: [outputs],
    initialization: 'zeros',
    decays: false,
  });
  return e.add(e.matMul(x, weight), bias);
}
