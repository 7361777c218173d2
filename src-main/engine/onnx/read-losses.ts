/** How losses are read that files bring along: written out, they are differentiable in the scores. */
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';

import {
  attribute,
  hasOutput,
  input,
  int,
  malformed,
  type NodeReading,
  type ReadRule,
  text,
} from './node-reading.ts';

export const lossRules: Readonly<Record<string, ReadRule>> = {
  NegativeLogLikelihoodLoss: (r) => [negativeLogLikelihood(r, input(r, 0))],
  SoftmaxCrossEntropyLoss: (r) => {
    const names = { outputs: [r.names.outputs?.[1]] };
    const [logProbabilities] = r.builder.node('LogSoftmax', [input(r, 0)], { axis: 1 }, names);
    const loss = negativeLogLikelihood(r, logProbabilities);
    return hasOutput(r, 1) ? [loss, logProbabilities] : [loss];
  },
};

/**
 * -w[t] x[t] for each target t, x `[n, c, …]`, targets `[n, …]`, class weights w `[c]` or 1; ignored targets weigh
 * nothing. The mean is over the weights.
 */
function negativeLogLikelihood(r: NodeReading, x: Value): Value {
  const e = createExpressions(r.builder);
  const { targets, share } = weighTargets(e, r, x);
  const [picked] = e.builder.node('GatherElements', [x, e.reshape(targets, x.shape.with(1, 1))], { axis: 1 });
  const losses = e.mul(e.unary('Neg', e.reshape(picked, targets.shape)), share);
  const names = { node: r.node.name, outputs: [r.names.outputs?.[0]] };
  const reduction = text(r, 'reduction', 'mean');
  if (reduction === 'none') return e.builder.node('Identity', [losses], {}, names)[0];
  if (reduction !== 'sum' && reduction !== 'mean') throw malformed(r, `reduction ${reduction}`);
  const axes = losses.shape.map((_, axis) => axis);
  const sum = e.sum(losses, axes, false);
  const divisor = reduction === 'sum' ? e.scalar(1, x.dtype) : e.sum(share, axes, false);
  return e.builder.node('Div', [sum, divisor], {}, names)[0];
}

/** The targets, class 0 where they are ignored, and what each weighs. */
function weighTargets(e: Expressions, r: NodeReading, x: Value): { targets: Value; share: Value } {
  const [given, weights] = [input(r, 1), r.inputs[2]];
  const wide = e.cast(given, 'int64');
  const weightOf = (targets: Value) =>
    weights
      ? e.builder.node('Gather', [weights, targets], { axis: 0 })[0]
      : e.expand(e.scalar(1, x.dtype), targets.shape);
  if (!attribute(r, 'ignore_index')) return { targets: wide, share: weightOf(wide) };
  const [isIgnored] = e.builder.node('Equal', [wide, e.scalar(int(r, 'ignore_index', 0), 'int64')], {});
  const targets = e.where(isIgnored, e.scalar(0, 'int64'), wide);
  return { targets, share: e.where(isIgnored, e.scalar(0, x.dtype), weightOf(targets)) };
}
