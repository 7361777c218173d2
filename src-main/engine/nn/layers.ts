/** Layers from which our networks are made. */
import type { Value } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Initialization, NetworkScope } from './network.ts';

export interface ConvolutionOptions {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

/** A convolution without bias; the output has the input's size over the stride, rounded up. */
export function convolution(scope: NetworkScope, name: string, x: Value, options: ConvolutionOptions): Value {
  const { channels, kernel, stride } = options;
  const shape = [channels, sizeOf(x.shape, 1), kernel, kernel];
  const weight = scope.parameter({ name: `${name}.weight`, shape, initialization: 'he', decays: true });
  const margin = Math.floor(kernel / 2);
  return scope.e.conv(x, weight, {
    strides: [stride, stride],
    pads: [margin, margin, margin, margin],
    dilations: [1, 1],
    group: 1,
  });
}

/** Convolution, batch normalization, SiLU. */
export function activatedConvolution(
  scope: NetworkScope,
  name: string,
  x: Value,
  options: ConvolutionOptions,
): Value {
  return silu(scope, normalizedConvolution(scope, name, x, options));
}

/**
 * silu(x + f(x)) with two 3×3 convolutions in f (He et al. 2016); f starts at zero, so a new network is shallow.
 */
export function residualBlock(scope: NetworkScope, name: string, x: Value): Value {
  const options = { channels: sizeOf(x.shape, 1), kernel: 3, stride: 1 };
  const inner = activatedConvolution(scope, `${name}.first`, x, options);
  const change = normalizedConvolution(scope, `${name}.second`, inner, options, 'zeros');
  return silu(scope, scope.e.add(x, change));
}

/** Mean over the picture, then one fully connected layer: `[n, c, h, w]` to `[n, classes]`. */
export function classifierHead(scope: NetworkScope, x: Value, classes: number): Value {
  const { builder } = scope.e;
  const inputs = sizeOf(x.shape, 1);
  const [pooled] = builder.node('GlobalAveragePool', [x], {});
  const [features] = builder.node('Flatten', [pooled], { axis: 1 });
  const weight = scope.parameter({
    name: 'head.weight',
    shape: [classes, inputs],
    initialization: 'linear',
    decays: true,
  });
  const bias = scope.parameter({
    name: 'head.bias',
    shape: [classes],
    initialization: 'zeros',
    decays: false,
  });
  const attributes = { alpha: 1, beta: 1, transA: false, transB: true };
  return builder.node('Gemm', [features, weight, bias], attributes)[0];
}

function normalizedConvolution(
  scope: NetworkScope,
  name: string,
  x: Value,
  options: ConvolutionOptions,
  initialization: Initialization = 'ones',
): Value {
  return scope.normalize(`${name}.norm`, convolution(scope, `${name}.conv`, x, options), { initialization });
}

function silu(scope: NetworkScope, x: Value): Value {
  return scope.e.builder.node('QuickGelu', [x], { alpha: 1 })[0];
}
