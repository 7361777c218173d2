/**
 * Writes convolutions in onnxruntime's blocked layout, which its own optimizer only does where weights are constant.
 *
 * In that layout `[n, c / block, h, w, block]` (stated as `[n, c, h, w]`) one vector register holds the channels of a
 * block, and no input is unfolded. Channels that do not fill a block are padded with zeros.
 */
import type { Node, Value } from '../graph/ops.ts';
import { int64Tensor, type Shape, sizeOf, type Tensor } from '../graph/tensor.ts';
import type { OnnxAttribute, OnnxNode } from './model.ts';

export const blockedDomain = 'com.microsoft.nchwc';

/** The nodes of a convolution, or undefined where the blocked form does not apply or does not pay. */
export type WriteBlocked = (node: Node) => readonly OnnxNode[] | undefined;

/** @param block channels of a block on the machine that will run the graph */
export function createBlockedWriter(block: number, nameConstant: (tensor: Tensor) => string): WriteBlocked {
  const reordered = new Set<Value>();
  return (node) => {
    if (node.op !== 'Conv' || !isBlockable(node, block)) return undefined;
    const [x, w] = node.inputs;
    const isFirst = !reordered.has(x);
    const isWide = sizeOf(x.shape, 1) >= block;
    if (isWide) reordered.add(x);
    const weight = writeWeight(node, block, nameConstant);
    return [
      ...(isWide && isFirst ? [blockedNode('ReorderInput', `${x.name}.blocked`, [x.name])] : []),
      ...weight,
      blockedNode(
        'Conv',
        `${node.name}.blocked`,
        [isWide ? `${x.name}.blocked` : x.name, `${node.name}.weight`],
        {
          kernel_shape: ints(w.shape.slice(2)),
          strides: ints(node.attributes.strides),
          pads: ints(node.attributes.pads),
          dilations: ints(node.attributes.dilations),
        },
      ),
      blockedNode('ReorderOutput', node.outputs[0].name, [`${node.name}.blocked`], {
        channels: { kind: 'int', value: sizeOf(w.shape, 0) },
      }),
    ];
  };
}

/** The kernels reorder four channels at a time; a plain 1 × 1 convolution is one matrix product and unfolds nothing. */
function isBlockable({ inputs: [x, w, bias], attributes: { group } }: Node<'Conv'>, block: number): boolean {
  const [o = 0, c = 0, kh = 1, kw = 1] = w.shape;
  if (bias || group !== 1 || x.shape.length !== 4 || x.dtype !== 'float32' || kh * kw === 1) return false;
  const isNarrow = c < block && c < 4;
  return o % 4 === 0 && o >= block && (isNarrow || (c % 4 === 0 && c >= block));
}

/** `[o, c, kh, kw]` to `[o / block, c / block, kh, kw, block of c, block of o]`; narrow inputs keep their c outside. */
function writeWeight(
  { name, inputs: [, w] }: Node<'Conv'>,
  block: number,
  nameConstant: (tensor: Tensor) => string,
): readonly OnnxNode[] {
  const [o = 0, c = 0, kh = 1, kw = 1] = w.shape;
  const outputs = Math.ceil(o / block) * block;
  const isWide = c >= block;
  const inputs = isWide ? Math.ceil(c / block) * block : c;
  const sizes = (shape: Shape) => nameConstant(int64Tensor(shape));
  const isPadded = outputs > o || inputs > c;
  const split = isWide
    ? [outputs / block, block, inputs / block, block, kh, kw]
    : [outputs / block, block, c, kh, kw];
  const order = isWide ? [0, 2, 4, 5, 3, 1] : [0, 2, 3, 4, 1];
  const [full, cut, turned, done] = ['full', 'cut', 'turned', 'weight'].map((part) => `${name}.${part}`);
  if (!full || !cut || !turned || !done) throw new Error('bug: four names');
  const pads = [0, 0, 0, 0, outputs - o, inputs - c, 0, 0];
  return [
    ...(isPadded ? [plainNode('Pad', full, [w.name, sizes(pads)])] : []),
    plainNode('Reshape', cut, [isPadded ? full : w.name, sizes(split)]),
    plainNode('Transpose', turned, [cut], { perm: ints(order) }),
    plainNode('Reshape', done, [turned, sizes([outputs, inputs, kh, kw])]),
  ];
}

type Attributes = Readonly<Record<string, OnnxAttribute>>;

function blockedNode(
  opType: string,
  output: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): OnnxNode {
  return { ...plainNode(opType, output, inputs, attributes), domain: blockedDomain };
}

/** A node named as what it makes. */
function plainNode(
  opType: string,
  output: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): OnnxNode {
  const name = `${output}/${opType}`;
  return {
    name,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: new Map(Object.entries(attributes)),
  };
}

function ints(value: readonly number[]): OnnxAttribute {
  return { kind: 'ints', value };
}
