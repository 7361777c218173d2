/** How values and weights come into onnxruntime's blocked layout `[n, c / block, h, w, block]`, and its nodes. */
import type { Node, Value } from '../graph/ops.ts';
import { int64Tensor, type Shape, type Tensor } from '../graph/tensor.ts';
import type { OnnxAttribute, OnnxNode } from './model.ts';

export const blockedDomain = 'com.microsoft.nchwc';

/** The means by which blocked nodes are written. */
export interface BlockedWriting {
  /** Channels of a block. */
  readonly block: number;
  nameConstant(tensor: Tensor): string;
  /** The name of a value in the blocked layout, which is made when first asked for, by nodes added to `nodes`. */
  nameBlocked(value: Value, nodes: OnnxNode[]): string;
}

/** `[n, c, h, w]` seen as `[1, n c, h, w]` or `[n c, 1, h, w]`: of whole blocks, the bytes are the same in both layouts. */
export function isMergeOfImages(
  { inputs: [x], attributes: { shape } }: Node<'Reshape'>,
  block: number,
): boolean {
  const [n = 0, c = 0, ...picture] = x.shape;
  const isMerged = shape.length === 4 && (shape[0] === 1 ? shape[1] : shape[0]) === n * c;
  return isMerged && c % block === 0 && picture.every((size, axis) => shape[axis + 2] === size);
}

export function createReordering(
  block: number,
  nameConstant: (tensor: Tensor) => string,
  merged: ReadonlyMap<Value, Value>,
): BlockedWriting['nameBlocked'] {
  const reordered = new Set<Value>();
  return (value, nodes) => {
    const name = `${value.name}.blocked`;
    if (reordered.has(value)) return name;
    reordered.add(value);
    const source = merged.get(value) ?? value;
    const [n = 1, c = 1, ...picture] = source.shape;
    const isWeight = c < block;
    if (isWeight) {
      const flat = nameConstant(int64Tensor([1, n * c, ...picture]));
      nodes.push(plainNode('Reshape', `${name}.flat`, [source.name, flat]));
      nodes.push(blockedNode('ReorderInput', `${name}.whole`, [`${name}.flat`]));
    } else if (!reordered.has(source) || source === value) {
      reordered.add(source);
      nodes.push(blockedNode('ReorderInput', `${source.name}.blocked`, [source.name]));
    }
    const from = isWeight ? `${name}.whole` : `${source.name}.blocked`;
    if (from !== name) nodes.push(plainNode('Reshape', name, [from, nameConstant(int64Tensor(value.shape))]));
    return name;
  };
}

export interface Weight {
  /** The name of its value. */
  readonly source: string;
  readonly o: number;
  readonly c: number;
  readonly kh: number;
  readonly kw: number;
  /** Given as `[c, o, kh, kw]`. */
  readonly isTransposed: boolean;
  /** To be turned by half a turn. */
  readonly isFlipped: boolean;
}

/**
 * `[o, c, kh, kw]` to `[o / block, c / block, kh, kw, block of c, block of o]` under the name `<name>.weight`; narrow
 * inputs keep their c outside. The runtime's own reordering blocks o first, so that whole blocks are moved after.
 */
export function writeWeight(
  name: string,
  weight: Weight,
  { block, nameConstant }: Pick<BlockedWriting, 'block' | 'nameConstant'>,
): readonly OnnxNode[] {
  const { source, o, c, kh, kw, isTransposed, isFlipped } = weight;
  const taps = kh * kw;
  const outputs = Math.ceil(o / block) * block;
  const inputBlock = c >= block ? block : 1;
  const inputs = Math.ceil(c / inputBlock) * inputBlock;
  const sizes = (shape: Shape) => nameConstant(int64Tensor(shape));
  const missing = inputs - c;
  const pads = isTransposed ? [0, 0, 0, 0, missing, 0, 0, 0] : [0, 0, 0, 0, 0, missing, 0, 0];
  const seen = isTransposed ? [inputs, o, kh, kw] : [1, o, inputs, taps];
  const cut = isTransposed
    ? [inputs / inputBlock, inputBlock, outputs / block, taps, block]
    : [outputs / block, inputs / inputBlock, inputBlock, taps, block];
  const order = isTransposed ? [2, 0, 3, 1, 4] : [0, 1, 3, 2, 4];
  const backwards = nameConstant(int64Tensor(Array.from({ length: taps }, (_, tap) => taps - 1 - tap)));
  const axis = { axis: { kind: 'int', value: 2 } } as const;
  return [
    ...(missing > 0 ? [plainNode('Pad', `${name}.full`, [source, sizes(pads)])] : []),
    plainNode('Reshape', `${name}.seen`, [missing > 0 ? `${name}.full` : source, sizes(seen)]),
    blockedNode('ReorderInput', `${name}.outer`, [`${name}.seen`]),
    plainNode('Reshape', `${name}.cut`, [`${name}.outer`, sizes(cut)]),
    plainNode('Transpose', `${name}.turned`, [`${name}.cut`], { perm: ints(order) }),
    ...(isFlipped ? [plainNode('Gather', `${name}.flipped`, [`${name}.turned`, backwards], axis)] : []),
    plainNode('Reshape', `${name}.weight`, [
      isFlipped ? `${name}.flipped` : `${name}.turned`,
      sizes([outputs, inputs, kh, kw]),
    ]),
  ];
}

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export function blockedNode(
  opType: string,
  output: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): OnnxNode {
  return { ...plainNode(opType, output, inputs, attributes), domain: blockedDomain };
}

/** A node named as what it makes. */
export function plainNode(
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

export function ints(value: readonly number[]): OnnxAttribute {
  return { kind: 'ints', value };
}
