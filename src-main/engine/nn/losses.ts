/** Losses and the numbers that are reported beside them. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { int32Tensor, sizeOf } from '../graph/tensor.ts';

/**
 * Mean over the batch of -Σ_k t_k log softmax(logits)_k, where the target t is 1 - s on the label plus s / classes
 * on every class (Szegedy et al. 2016, section 7; the same as PyTorch's label_smoothing).
 * @param logits `[n, classes]` @param labels int32 `[n]`
 * @returns a scalar
 */
export function softmaxCrossEntropy(e: Expressions, logits: Value, labels: Value, smoothing: number): Value {
  const count = sizeOf(logits.shape, 0);
  const classes = sizeOf(logits.shape, 1);
  const [logProbabilities] = e.builder.node('LogSoftmax', [logits], { axis: 1 });
  const indices = e.constant(int32Tensor([...Array(classes).keys()], [1, classes]));
  const oneHot = e.isEqual(e.reshape(labels, [count, 1]), indices);
  const target = smoothing === 0 ? oneHot : e.add(e.mul(oneHot, 1 - smoothing), smoothing / classes);
  return e.mul(e.sum(e.mul(target, logProbabilities), [0, 1], false), -1 / count);
}
