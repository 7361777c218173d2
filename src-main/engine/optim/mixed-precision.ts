/** A training step in mixed precision: what may be in half precision, the scaled loss, and steps that are left out. */
import type { GradientListener } from '../autodiff/differentiate.ts';
import type { Expressions } from '../graph/expressions.ts';
import type { Graph, Node, Value } from '../graph/ops.ts';
import { halveFloats } from '../passes/halve-floats.ts';
import { isStepFinite, nextScaling, type ScalingState, scaleLoss, unscaleGradient } from './loss-scaling.ts';
import { listNetworkNodes } from './network-nodes.ts';

export interface MixedPrecision {
  /** Hears of the gradients' nodes. */
  readonly onGradients?: GradientListener;
  /** Results of the step beside the model's. */
  readonly results: ReadonlyMap<string, Value>;
  /** What is differentiated. */
  scaleLoss(loss: Value): Value;
  /** The gradient of the loss from that of the scaled one. */
  unscale(gradient: Value): Value;
  /**
   * Where the gradient is not finite all stays as it was but for the scale.
   * @param next state vectors by name, which are replaced @param current the same before the step
   * @param gradientNorm `[1]`
   */
  skipBadStep(next: Map<string, Value>, current: ReadonlyMap<string, Value>, gradientNorm: Value): void;
  halve(graph: Graph): Graph;
}

/** All in float32. */
export const singlePrecision: MixedPrecision = {
  results: new Map(),
  scaleLoss: (loss) => loss,
  unscale: (gradient) => gradient,
  skipBadStep: () => undefined,
  halve: (graph) => graph,
};

export interface MixingOptions {
  /** The network's, as the graph cuts them. */
  readonly parameters: readonly Value[];
  /** A scalar. */
  readonly loss: Value;
  readonly scaling: ScalingState;
  /** Products that sum more elements stay in float32. */
  readonly longestHalfSum: number | undefined;
}

/** To be called when forward pass and loss are built, and nothing else. */
export function mixPrecision(e: Expressions, options: MixingOptions): MixedPrecision {
  const { parameters, loss, scaling, longestHalfSum } = options;
  const isConstant = (value: Value) => e.builder.findConstant(value) !== undefined;
  const network = listNetworkNodes(e.builder.nodes, parameters, isConstant);
  const eligible = new Set<Node>(network);
  return {
    results: new Map([['usedScale', scaling.lossScale]]),
    onGradients: (node, added) => {
      if (network.has(node)) for (const one of added) eligible.add(one);
    },
    scaleLoss: () => scaleLoss(e, loss, scaling),
    unscale: (gradient) => unscaleGradient(e, gradient, scaling),
    skipBadStep: (next, current, gradientNorm) => {
      const isGood = isStepFinite(e, gradientNorm, loss);
      for (const [name, value] of next) {
        const before = current.get(name);
        if (before) next.set(name, e.where(isGood, value, before));
      }
      for (const [name, value] of Object.entries(nextScaling(e, scaling, isGood))) next.set(name, value);
    },
    halve: (graph) =>
      halveFloats(graph, { eligible, ...(longestHalfSum !== undefined && { longestSum: longestHalfSum }) }),
  };
}
