/** Whether a graph can be trained, said before any work starts. */
import { AppError } from '../../base/app-error.ts';
import { type Graph, listInputs, type Node, type Value } from '../graph/ops.ts';
import { countDifferentiableOutputs, explainNoGradient } from './rules.ts';

/** A node through which no gradient passes. */
interface Obstacle {
  readonly node: Node;
  readonly reason: string;
}

/**
 * Constants through which a change reaches the output differentiably: what training can move.
 * @param output one of the graph's outputs
 */
export function listTrainable(graph: Graph, output: Value): readonly Value[] {
  return walkBack(graph, output).reached.filter((value) => graph.initializers.has(value));
}

/**
 * Passes when float32 weights influence each of the outputs differentiably.
 * @throws AppError GRAPH_NOT_TRAINABLE naming the node that stands between, its operation and the reason
 */
export function assertTrainable(graph: Graph, outputs: readonly Value[] = graph.outputs): void {
  for (const output of outputs) {
    const { reached, obstacles } = walkBack(graph, output);
    const weights = reached.filter((value) => graph.initializers.has(value) && value.shape.length > 0);
    if (weights.some(({ dtype }) => dtype === 'float32')) continue;
    throw refuse(output, weights, obstacles);
  }
}

function refuse(output: Value, weights: readonly Value[], obstacles: readonly Obstacle[]): AppError {
  const [nearest] = obstacles;
  if (weights.length === 0 && nearest) {
    const { node, reason } = nearest;
    return new AppError('GRAPH_NOT_TRAINABLE', `${node.op} ${node.name} has no gradient: ${reason}`, {
      data: { node: node.name, op: node.op, reason },
    });
  }
  const [first] = weights;
  const found = first ? `weights of ${first.dtype}` : 'none';
  return new AppError(
    'GRAPH_NOT_TRAINABLE',
    `expected float32 weights that influence ${output.name}, found ${found}`,
    { data: { output: output.name } },
  );
}

/** From the output against the order of the nodes: what gradients reach, and where they end, nearest first. */
function walkBack(
  graph: Graph,
  output: Value,
): { reached: readonly Value[]; obstacles: readonly Obstacle[] } {
  const reached = new Set<Value>([output]);
  const obstacles: Obstacle[] = [];
  for (const node of graph.nodes.toReversed()) {
    const outputs: readonly Value[] = node.outputs;
    if (!outputs.some((value) => reached.has(value))) continue;
    const reason = explainNoGradient(node) ?? explainSide(node, reached);
    if (reason !== undefined) obstacles.push({ node, reason });
    else for (const input of listInputs(node)) if (input.dtype.startsWith('float')) reached.add(input);
  }
  return { reached: [...reached], obstacles };
}

/** Only some outputs have gradients: not the indices of TopK. */
function explainSide(node: Node, reached: ReadonlySet<Value>): string | undefined {
  const outputs: readonly Value[] = node.outputs;
  const isReached = outputs.slice(0, countDifferentiableOutputs(node)).some((value) => reached.has(value));
  return isReached ? undefined : 'this output is an index or a statistic';
}
