/** Makes a graph of half or double precision one of float32, in which it can be trained. */
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import { type DType, fromNumbers, type Tensor, toNumbers } from '../graph/tensor.ts';

/** Inputs and outputs change their type too; names stay. */
export function widenFloats(graph: Graph): Graph {
  const builder = createGraphBuilder();
  const images = new Map<Value, Value>();
  for (const input of graph.inputs)
    images.set(input, builder.input(input.name, widen(input.dtype), input.shape));
  for (const [value, tensor] of graph.initializers)
    images.set(value, builder.constant(widenTensor(tensor), value.name));
  const find = (value: Value): Value => {
    const image = images.get(value);
    if (!image) throw new Error(`bug: ${value.name} is read before it is made`);
    return image;
  };
  for (const node of graph.nodes) copyInto(builder, node, images, find);
  return builder.finish(graph.name, graph.outputs.map(find));
}

function copyInto(
  builder: GraphBuilder,
  node: Node,
  images: Map<Value, Value>,
  find: (value: Value) => Value,
): void {
  const present: readonly (Value | undefined)[] = node.inputs;
  const inputs = present.map((input) => input && find(input)) as OpTable[OpKind]['inputs'];
  const attributes = node.op === 'Cast' ? { to: widen(node.attributes.to) } : node.attributes;
  const outputs: readonly Value[] = node.outputs;
  const names = { node: node.name, outputs: outputs.map(({ name }) => name) };
  const made: readonly Value[] = builder.node(node.op, inputs, attributes, names);
  outputs.forEach((output, index) => {
    const image = made[index];
    if (image) images.set(output, image);
  });
}

function widenTensor(tensor: Tensor): Tensor {
  const dtype = widen(tensor.dtype);
  return dtype === tensor.dtype ? tensor : fromNumbers(dtype, tensor.shape, toNumbers(tensor));
}

function widen(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'float64' ? 'float32' : dtype;
}
