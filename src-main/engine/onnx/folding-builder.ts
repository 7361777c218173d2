/** A builder for reading files, which computes shape arithmetic instead of adding it. */
import type { GraphBuilder, NodeNames } from '../graph/builder.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { OpKind, OpTable, Value } from '../graph/ops.ts';
import { inferTypes } from '../graph/shapes.ts';
import { countElements, type Tensor } from '../graph/tensor.ts';

/** Results above this are left for the runtime. */
const largestResult = 16384;
/** Elements computed for one file; what comes after is left for the runtime, so that no file takes long to read. */
const mostElements = 2 ** 22;

/** Elements of a float constant that may take part in shape arithmetic: scales of a picture, not weights. */
const largestLiteral = 16;

/**
 * Folds what comes of integers and truth values that are constant, also where it became float on the way and met
 * short float constants of the nodes. What is put into the builder beneath, as a file's initializers are, may be
 * weights: names and values stay.
 */
export function foldWhileBuilding(builder: GraphBuilder): GraphBuilder {
  const derived = new Set<Value>();
  let computed = 0;
  const isFoldable = (value: Value | undefined) =>
    value !== undefined && (!value.dtype.startsWith('float') || derived.has(value));
  const derive = (tensor: Tensor, name: string | undefined) => {
    const value = builder.constant(tensor, name);
    derived.add(value);
    return value;
  };
  const fold = <K extends OpKind>(
    op: K,
    inputs: OpTable[K]['inputs'],
    attributes: OpTable[K]['attributes'],
    names: NodeNames,
  ): readonly Value[] | undefined => {
    const all: readonly (Value | undefined)[] = inputs;
    const tensors = all.flatMap((value) => (value && builder.findConstant(value)) ?? []);
    if (tensors.length === 0 || tensors.length < all.length || !all.every(isFoldable)) return undefined;
    const outputs = inferTypes(op, names.node ?? op, inputs, attributes);
    const work = [...outputs, ...tensors].reduce((sum, { shape }) => sum + countElements(shape) + 1, 0);
    if (outputs.some(({ shape }) => !(countElements(shape) <= largestResult))) return undefined;
    if (computed + work > mostElements) return undefined;
    computed += work;
    const results = evaluate({ op, attributes, inputs: tensors, outputs });
    return results?.map((tensor, index) => derive(tensor, names.outputs?.[index]));
  };
  return {
    ...forward(builder),
    constant: (tensor, name) => {
      const value = builder.constant(tensor, name);
      if (tensor.elements.length <= largestLiteral) derived.add(value);
      return value;
    },
    node: (op, inputs, attributes, names = {}) =>
      (fold(op, inputs, attributes, names) as OpTable[typeof op]['outputs'] | undefined) ??
      builder.node(op, inputs, attributes, names),
  };
}

function forward(builder: GraphBuilder): Pick<GraphBuilder, 'input' | 'nodes' | 'findConstant' | 'finish'> {
  return {
    input: (name, dtype, shape) => builder.input(name, dtype, shape),
    get nodes() {
      return builder.nodes;
    },
    findConstant: (value) => builder.findConstant(value),
    finish: (name, outputs) => builder.finish(name, outputs),
  };
}
