/** Writes half precision out in float32, rounded where a device would round: for the CPU, which has no kernels for it. */
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Graph, Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import { fromNumbers, toNumbers } from '../graph/tensor.ts';
import { rebuildGraph } from './rebuild.ts';

/**
 * Left to itself onnxruntime casts around each such node on the CPU, and then drops the casts between neighbours: no
 * number would ever be rounded, none would overflow. Graphs without half precision stay as they are.
 */
export function roundHalves(graph: Graph): Graph {
  const isHalf = ({ dtype }: Value) => dtype === 'float16';
  const values = graph.nodes.flatMap((node): Value[] => [...node.outputs]);
  if (!values.some(isHalf)) return graph;
  return rebuildGraph(widenConstants(graph), (node, inputs, builder) => {
    const e = createExpressions(builder);
    if (node.op === 'Cast') return replaceCast(e, node, inputs);
    if (!node.outputs.some(isHalf)) return undefined;
    const made: readonly Value[] = builder.node(
      node.op,
      inputs as OpTable[OpKind]['inputs'],
      node.attributes,
      {
        node: node.name,
      },
    );
    const isExact = movingOps.has(node.op);
    return made.map((value) => (isExact || value.dtype !== 'float32' ? value : round(e, value)));
  });
}

/** Values in half precision are float32 in the new graph, already rounded. */
function replaceCast(
  e: Expressions,
  { inputs: [x], attributes: { to } }: Node<'Cast'>,
  [image]: readonly Value[],
): readonly Value[] | undefined {
  if (!image) throw new Error('bug: a cast of nothing');
  if (to === 'float16') return [x.dtype === 'bool' ? e.cast(image, 'float32') : round(e, image)];
  return x.dtype === 'float16' && to === 'float32' ? [image] : undefined;
}

/** To the nearest number that half precision has, infinity beyond the largest. */
function round(e: Expressions, x: Value): Value {
  return e.cast(e.cast(x, 'float16'), 'float32');
}

function widenConstants(graph: Graph): Graph {
  const images = new Map<Value, Value>();
  const initializers = new Map(
    [...graph.initializers].map(([value, tensor]) => {
      if (tensor.dtype !== 'float16') return [value, tensor] as const;
      const image: Value = { ...value, dtype: 'float32' };
      images.set(value, image);
      return [image, fromNumbers('float32', tensor.shape, toNumbers(tensor))] as const;
    }),
  );
  const nodes = graph.nodes.map((node) => {
    const present: readonly (Value | undefined)[] = node.inputs;
    const inputs = present.map((input) => input && (images.get(input) ?? input));
    return { ...node, inputs } as Node;
  });
  return { ...graph, initializers, nodes };
}

/** What passes elements on as they are. */
const movingOps: ReadonlySet<OpKind> = new Set([
  'Relu',
  'Abs',
  'Neg',
  'Sign',
  'Min',
  'Max',
  'Where',
  'MaxPool',
  'GlobalMaxPool',
  'ReduceMax',
  'ReduceMin',
  'Reshape',
  'Flatten',
  'Expand',
  'Transpose',
  'Concat',
  'Split',
  'Tile',
  'Slice',
  'Pad',
  'Gather',
  'GatherElements',
  'GatherND',
  'DepthToSpace',
  'SpaceToDepth',
  'Identity',
  'StopGradient',
]);
