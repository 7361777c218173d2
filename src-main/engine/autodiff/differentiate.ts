/** Reverse-mode differentiation: one walk from the loss back to what is to be trained. */
import { AppError, assert } from '../../base/app-error.ts';
import { type Expressions, fullTensor } from '../graph/expressions.ts';
import { listInputs, type Node, type Value } from '../graph/ops.ts';
import { isSameShape } from '../graph/tensor.ts';
import { type ConvolutionForms, formsByRule } from './convolution-forms.ts';
import { zeros } from './indexing.ts';
import { applyGradientRule, countDifferentiableOutputs } from './rules.ts';

/** Told of the nodes that were added for the gradients of one node. */
export type GradientListener = (node: Node, added: readonly Node[]) => void;

/**
 * Adds to the expressions' builder the nodes that compute d loss / d target for each target.
 * @param loss a scalar computed by the builder's nodes
 * @param forms in which the gradients of convolutions are written
 * @returns gradients in the order and shapes of the targets
 * @throws AppError GRAPH_NOT_TRAINABLE naming a target that does not influence the loss, or an operation in between
 */
export function differentiate(
  e: Expressions,
  loss: Value,
  targets: readonly Value[],
  forms: ConvolutionForms = formsByRule,
  onGradients?: GradientListener,
): readonly Value[] {
  assert(loss.shape.length === 0, 'the loss must be a scalar');
  const forward = [...e.builder.nodes];
  const wanted = findDependents(forward, targets);
  const gradients = new Map<Value, Value>([[loss, e.constant(fullTensor([], 1))]]);
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((output: Value) => wanted.has(output))) continue;
    const before = e.builder.nodes.length;
    passBack({ e, forms }, node, wanted, gradients);
    onGradients?.(node, e.builder.nodes.slice(before));
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
    if (!listInputs(node).some((input) => dependents.has(input))) continue;
    const outputs: readonly Value[] = node.outputs;
    for (const output of outputs.slice(0, countDifferentiableOutputs(node))) dependents.add(output);
  }
  return dependents;
}

function passBack(
  { e, forms }: { readonly e: Expressions; readonly forms: ConvolutionForms },
  node: Node,
  wanted: ReadonlySet<Value>,
  gradients: Map<Value, Value>,
): void {
  const all: readonly Value[] = node.outputs;
  const count = countDifferentiableOutputs(node);
  assert(!all.slice(count).some((other) => gradients.has(other)), `${node.name}: an index got a gradient`);
  if (!all.some((output) => gradients.has(output))) return;
  const dyOf = (index: number): Value => {
    const output = all[index];
    if (!output) throw new Error(`bug: ${node.name} has no output ${index}`);
    return gradients.get(output) ?? zeros(e, output.shape);
  };
  const { inputs, attributes, outputs } = node;
  const rules = applyGradientRule(node.op, { e, inputs, attributes, outputs, dy: dyOf(0), dyOf, forms });
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
