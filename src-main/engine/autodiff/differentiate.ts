/** Reverse-mode differentiation: one walk from the loss back to what is to be trained. */
import { AppError, assert } from '../../base/app-error.ts';
import { type Expressions, fullTensor } from '../graph/expressions.ts';
import { listInputs, type Node, type Value } from '../graph/ops.ts';
import { isSameShape } from '../graph/tensor.ts';
import { applyGradientRule, isDifferentiable } from './rules.ts';

/**
 * Adds to the expressions' builder the nodes that compute d loss / d target for each target.
 * @param loss a scalar computed by the builder's nodes
 * @returns gradients in the order and shapes of the targets
 * @throws AppError GRAPH_NOT_TRAINABLE naming a target that does not influence the loss, or an operation in between
 */
export function differentiate(e: Expressions, loss: Value, targets: readonly Value[]): readonly Value[] {
  assert(loss.shape.length === 0, 'the loss must be a scalar');
  const forward = [...e.builder.nodes];
  const wanted = findDependents(forward, targets);
  const gradients = new Map<Value, Value>([[loss, e.constant(fullTensor([], 1))]]);
  for (const node of forward.toReversed()) {
    if (node.outputs.some((output: Value) => wanted.has(output))) passBack(e, node, wanted, gradients);
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (gradient) return gradient;
    throw new AppError(
      'GRAPH_NOT_TRAINABLE',
      `${target.name} does not influence ${loss.name} differentiably`,
    );
  });
}

/** All values through which a change of a target can reach anything. */
function findDependents(nodes: readonly Node[], targets: readonly Value[]): ReadonlySet<Value> {
  const dependents = new Set(targets);
  for (const node of nodes) {
    if (!isDifferentiable(node.op)) continue;
    if (!listInputs(node).some((input) => dependents.has(input))) continue;
    const [output] = node.outputs;
    if (output) dependents.add(output);
  }
  return dependents;
}

function passBack(
  e: Expressions,
  node: Node,
  wanted: ReadonlySet<Value>,
  gradients: Map<Value, Value>,
): void {
  const [output, ...others] = node.outputs;
  assert(!others.some((other) => gradients.has(other)), `${node.name}: a further output got a gradient`);
  const dy = output && gradients.get(output);
  if (!dy) return;
  const { inputs, attributes, outputs } = node;
  const rules = applyGradientRule(node.op, { e, inputs, attributes, outputs, dy });
  const positions: readonly (Value | undefined)[] = inputs;
  positions.forEach((input, index) => {
    const compute = rules[index];
    if (input && compute && wanted.has(input)) accumulate(e, gradients, input, compute());
  });
}

function accumulate(e: Expressions, gradients: Map<Value, Value>, value: Value, gradient: Value): void {
  assert(
    isSameShape(gradient.shape, value.shape),
    `gradient [${gradient.shape}] of ${value.name} [${value.shape}]`,
  );
  const before = gradients.get(value);
  gradients.set(value, before ? e.add(before, gradient) : gradient);
}
