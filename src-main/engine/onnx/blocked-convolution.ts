/**
 * Writes convolutions in onnxruntime's blocked layout, which its own optimizer only does where weights are constant.
 *
 * In that layout `[n, c / block, h, w, block]` (stated as `[n, c, h, w]`) one vector register holds the channels of a
 * block, and no input is unfolded. Channels that do not fill a block are padded with zeros.
 */
import type { Node, Value } from '../graph/ops.ts';
import { int64Tensor, sizeOf, type Tensor } from '../graph/tensor.ts';
import { writeBlockedTransposed } from './blocked-transposed.ts';
import {
  type Attributes,
  type BlockedWriting,
  blockedNode,
  createReordering,
  ints,
  isMergeOfImages,
  plainNode,
  writeWeight,
} from './blocked-writing.ts';
import type { OnnxNode } from './model.ts';

/** The nodes of a convolution, or undefined where the blocked form does not apply or does not pay. */
export type WriteBlocked = (node: Node) => readonly OnnxNode[] | undefined;

/** @param block channels of a block on the machine that will run the graph */
export function createBlockedWriter(block: number, nameConstant: (tensor: Tensor) => string): WriteBlocked {
  const merged = new Map<Value, Value>();
  const swapped = new Map<Value, Value>();
  const mirrored = new Map<Value, Value>();
  const writing = { block, nameConstant, nameBlocked: createReordering(block, nameConstant, merged) };
  return (node) => {
    if (node.op === 'Reshape' && isMergeOfImages(node, block)) merged.set(node.outputs[0], node.inputs[0]);
    if (node.op === 'Transpose' && isSwapOfChannels(node)) swapped.set(node.outputs[0], node.inputs[0]);
    const source = node.op === 'Slice' && isFlip(node) ? swapped.get(node.inputs[0]) : undefined;
    if (source && node.op === 'Slice') mirrored.set(node.outputs[0], source);
    if (node.op === 'ConvTranspose') return writeBlockedTransposed(node, writing);
    if (node.op === 'Conv' && isDepthwise(node, block)) return writeDepthwise(node, writing);
    return node.op === 'Conv' && isBlockable(node, block) ? writeDense(node, writing, mirrored) : undefined;
  };
}

function isSwapOfChannels({ attributes: { permutation } }: Node<'Transpose'>): boolean {
  return `${permutation}` === '1,0,2,3';
}

function isFlip({ attributes: { steps } }: Node<'Slice'>): boolean {
  return `${steps}` === '1,1,-1,-1';
}

/** @param mirrored from weights with their channels swapped and turned by half a turn to these before that */
function writeDense(
  node: Node<'Conv'>,
  writing: BlockedWriting,
  mirrored: ReadonlyMap<Value, Value>,
): readonly OnnxNode[] {
  const [x, w, bias] = node.inputs;
  const { block } = writing;
  const [o = 0, c = 0, kh = 1, kw = 1] = w.shape;
  const nodes: OnnxNode[] = [];
  const input = c >= block ? writing.nameBlocked(x, nodes) : x.name;
  const isMirrored = mirrored.has(w);
  const source = (mirrored.get(w) ?? w).name;
  const weight = { source, o, c, kh, kw, isTransposed: isMirrored, isFlipped: isMirrored };
  nodes.push(...writeWeight(node.name, weight, writing));
  const inputs = [input, `${node.name}.weight`];
  if (bias) inputs.push(padBias(node.name, bias, writing, nodes));
  nodes.push(blockedNode('Conv', `${node.name}.blocked`, inputs, windowOf(node)), reorderOutput(node, o));
  return nodes;
}

/** Each channel by itself: input, weight and output have the same layout. */
function writeDepthwise(node: Node<'Conv'>, writing: BlockedWriting): readonly OnnxNode[] {
  const [x, w, bias] = node.inputs;
  const nodes: OnnxNode[] = [];
  const inputs = [writing.nameBlocked(x, nodes), writing.nameBlocked(w, nodes)];
  if (bias) inputs.push(bias.name);
  const group = { kind: 'int', value: node.attributes.group } as const;
  const attributes = { ...windowOf(node), group };
  nodes.push(blockedNode('Conv', `${node.name}.blocked`, inputs, attributes));
  nodes.push(reorderOutput(node, sizeOf(w.shape, 0)));
  return nodes;
}

/** The kernels reorder four channels at a time; a plain 1 × 1 convolution is one matrix product and unfolds nothing. */
function isBlockable({ inputs: [x, w], attributes: { group } }: Node<'Conv'>, block: number): boolean {
  const [o = 0, c = 0, kh = 1, kw = 1] = w.shape;
  if (group !== 1 || x.shape.length !== 4 || x.dtype !== 'float32' || kh * kw === 1) return false;
  const isNarrow = c < block && c < 4;
  return o % 4 === 0 && o >= block && (isNarrow || (c % 4 === 0 && c >= block));
}

function isDepthwise({ inputs: [x, w], attributes: { group } }: Node<'Conv'>, block: number): boolean {
  const [o = 0, c = 0] = w.shape;
  return o === group && c === 1 && o % block === 0 && x.shape.length === 4 && x.dtype === 'float32';
}

function padBias(
  name: string,
  bias: Value,
  { block, nameConstant }: Pick<BlockedWriting, 'block' | 'nameConstant'>,
  nodes: OnnxNode[],
): string {
  const missing = -sizeOf(bias.shape, 0) & (block - 1);
  if (missing === 0) return bias.name;
  nodes.push(plainNode('Pad', `${name}.bias`, [bias.name, nameConstant(int64Tensor([0, missing]))]));
  return `${name}.bias`;
}

function reorderOutput(node: Node<'Conv'>, channels: number): OnnxNode {
  const attributes = { channels: { kind: 'int', value: channels } } as const;
  return blockedNode('ReorderOutput', node.outputs[0].name, [`${node.name}.blocked`], attributes);
}

function windowOf({ inputs: [, w], attributes }: Node<'Conv'>): Attributes {
  const { strides, pads, dilations } = attributes;
  return {
    kernel_shape: ints(w.shape.slice(2)),
    strides: ints(strides),
    pads: ints(pads),
    dilations: ints(dilations),
  };
}
