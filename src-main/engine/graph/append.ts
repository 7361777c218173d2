/** Puts one graph into another that is being built. */
import type { GraphBuilder } from './builder.ts';
import type { Graph, OpKind, OpTable, Value } from './ops.ts';

/**
 * Adds the nodes and constants of a graph; its inputs are the given values. Names are given anew.
 * @param bind a value of the builder for each input, and for each constant that is not to stay one
 * @returns what each value of the graph became
 */
export function appendGraph(
  builder: GraphBuilder,
  graph: Graph,
  bind: ReadonlyMap<Value, Value>,
): ReadonlyMap<Value, Value> {
  const images = new Map(bind);
  for (const [value, tensor] of graph.initializers) {
    if (!images.has(value)) images.set(value, builder.constant(tensor));
  }
  const find = (value: Value): Value => {
    const image = images.get(value);
    if (!image) throw new Error(`bug: ${value.name} is read before it is made`);
    return image;
  };
  for (const { op, name, inputs, attributes, outputs } of graph.nodes) {
    const present: readonly (Value | undefined)[] = inputs;
    const mapped = present.map((input) => input && find(input)) as OpTable[OpKind]['inputs'];
    const made: readonly Value[] = builder.node(op, mapped, attributes, { node: name });
    outputs.forEach((output: Value, index: number) => {
      const image = made[index];
      if (image) images.set(output, image);
    });
  }
  return images;
}
