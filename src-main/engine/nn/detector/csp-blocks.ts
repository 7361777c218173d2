/** The blocks of our detectors: cross-stage partial stages, a path aggregation neck, decoupled heads. */

import type { Value } from '../../graph/ops.ts';
import { sizeOf } from '../../graph/tensor.ts';
import { activatedConvolution } from '../layers.ts';
import type { Initialization, NetworkScope } from '../network.ts';

/**
 * A cross-stage partial stage (Wang et al. 2020, CSPNet, in the form of YOLOX): half of the channels pass through
 * residual bottlenecks of two 3 × 3 convolutions (as in YOLOv8), half go round them, a 1 × 1 convolution joins both.
 */
export function cspStage(
  scope: NetworkScope,
  name: string,
  x: Value,
  { channels, depth, isResidual }: { channels: number; depth: number; isResidual: boolean },
): Value {
  const half = { channels: channels / 2, kernel: 1, stride: 1 };
  const round = activatedConvolution(scope, `${name}.round`, x, half);
  let through = activatedConvolution(scope, `${name}.through`, x, half);
  for (let index = 1; index <= depth; index++) {
    const wide = { ...half, kernel: 3 };
    const inner = activatedConvolution(scope, `${name}.block${index}.first`, through, wide);
    const change = activatedConvolution(scope, `${name}.block${index}.second`, inner, wide);
    through = isResidual ? scope.e.add(through, change) : change;
  }
  const joined = scope.e.concat([through, round], 1);
  return activatedConvolution(scope, `${name}.join`, joined, { channels, kernel: 1, stride: 1 });
}

/**
 * A path aggregation network (Liu et al. 2018, PANet, as in YOLOX): features of all levels flow from coarse to fine,
 * then from fine to coarse. Levels and results are from fine to coarse, with the same channels.
 */
export function pathAggregation(
  scope: NetworkScope,
  [fine, middle, coarse]: readonly [Value, Value, Value],
  depth: number,
): readonly [Value, Value, Value] {
  const channelsOf = (x: Value) => sizeOf(x.shape, 1);
  const join = (name: string, parts: readonly Value[], channels: number) =>
    cspStage(scope, name, scope.e.concat(parts, 1), { channels, depth, isResidual: false });
  const narrow = (name: string, x: Value, channels: number) =>
    activatedConvolution(scope, name, x, { channels, kernel: 1, stride: 1 });
  const halve = (name: string, x: Value) =>
    activatedConvolution(scope, name, x, { channels: channelsOf(x), kernel: 3, stride: 2 });
  const lateral5 = narrow('neck.lateral5', coarse, channelsOf(middle));
  const up4 = join('neck.up4', [doubleSize(scope, lateral5), middle], channelsOf(middle));
  const lateral4 = narrow('neck.lateral4', up4, channelsOf(fine));
  const out3 = join('neck.up3', [doubleSize(scope, lateral4), fine], channelsOf(fine));
  const out4 = join('neck.down4', [halve('neck.half3', out3), lateral4], channelsOf(middle));
  const out5 = join('neck.down5', [halve('neck.half4', out4), lateral5], channelsOf(coarse));
  return [out3, out4, out5];
}

/** Every pixel becomes four. */
function doubleSize({ e }: NetworkScope, x: Value): Value {
  const [n = 1, c = 1, h = 1, w = 1] = x.shape;
  return e.builder.node('Resize', [x], {
    sizes: [n, c, 2 * h, 2 * w],
    scales: [1, 1, 2, 2],
    mode: 'nearest',
    coordinates: 'asymmetric',
    nearest: 'floor',
    cubicCoefficient: -0.75,
    excludeOutside: false,
  })[0];
}

export interface HeadOptions {
  /** Channels of both branches. */
  readonly width: number;
  readonly classes: number;
  /** Bins of the distribution of each distance. */
  readonly bins: number;
  /** Where class logits start. */
  readonly classBias: number;
}

/** Class logits `[n, classes, h, w]` and logits of the distances `[n, 4 bins, h, w]` of one level. */
export interface HeadOutputs {
  readonly classes: Value;
  readonly distances: Value;
}

/** A decoupled head (Ge et al. 2021, YOLOX, section 2.1): classes and boxes part after a 1 × 1 convolution. */
export function decoupledHead(
  scope: NetworkScope,
  name: string,
  x: Value,
  options: HeadOptions,
): HeadOutputs {
  const { width, classes, bins, classBias } = options;
  const stem = activatedConvolution(scope, `${name}.stem`, x, { channels: width, kernel: 1, stride: 1 });
  const branch = (part: string) =>
    activatedConvolution(scope, `${name}.${part}`, stem, { channels: width, kernel: 3, stride: 1 });
  return {
    classes: prediction(scope, `${name}.classes.predict`, branch('classes'), classes, {
      constant: classBias,
    }),
    distances: prediction(scope, `${name}.boxes.predict`, branch('boxes'), 4 * bins, 'zeros'),
  };
}

/** A 1 × 1 convolution with bias. */
function prediction(
  scope: NetworkScope,
  name: string,
  x: Value,
  channels: number,
  initialization: Initialization,
): Value {
  const shape = [channels, sizeOf(x.shape, 1), 1, 1];
  const weight = scope.parameter({ name: `${name}.weight`, shape, initialization: 'linear', decays: true });
  const bias = scope.parameter({ name: `${name}.bias`, shape: [channels], initialization, decays: false });
  return scope.e.builder.node('Conv', [x, weight, bias], {
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    group: 1,
  })[0];
}
