/**
 * Writes transposed convolutions with a stride in the blocked layout: the input gradients of halving convolutions.
 *
 * Output rows y with the same rest of y + pad over the stride s meet only every s-th kernel row. So each such phase is a
 * plain convolution with a part of the kernel, and the phases interleaved are the output: no product with zeros, and
 * no column matrix.
 */
import type { Node } from '../graph/ops.ts';
import { int64Tensor, sizeOf } from '../graph/tensor.ts';
import { type BlockedWriting, blockedNode, ints, plainNode, writeWeight } from './blocked-writing.ts';
import type { OnnxNode } from './model.ts';

/** One axis of one phase: y = s q + phase reads x[q - begin + a] times kernel row `first - s a`, for a below `taps`. */
interface Phase {
  readonly first: number;
  readonly taps: number;
  readonly begin: number;
  readonly end: number;
}

interface Geometry {
  /** Channels that come in and go out, and whether each goes by itself. */
  readonly inputs: number;
  readonly outputs: number;
  readonly isDepthwise: boolean;
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
}

/** The nodes, or undefined where the form does not apply. */
export function writeBlockedTransposed(
  node: Node<'ConvTranspose'>,
  writing: BlockedWriting,
): readonly OnnxNode[] | undefined {
  const geometry = planPhases(node, writing.block);
  if (!geometry) return undefined;
  const nodes: OnnxNode[] = [];
  const input = writing.nameBlocked(node.inputs[0], nodes);
  const grid = geometry.rows.map((row, i) =>
    geometry.columns.map((column, j) => {
      const name = `${node.name}.${i}.${j}`;
      nodes.push(...writePhase(node, geometry, { name, input, row, column }, writing));
      return `${name}.blocked`;
    }),
  );
  nodes.push(...interleave(node, geometry, grid, writing));
  return nodes;
}

function planPhases(node: Node<'ConvTranspose'>, block: number): Geometry | undefined {
  const { inputs, outputs, attributes } = node;
  const [x, w, bias] = inputs;
  const [i = 0, perGroup = 0, kh = 0, kw = 0] = w.shape;
  const { strides, pads, dilations, group } = attributes;
  if (bias || x.shape.length !== 4 || x.dtype !== 'float32' || dilations.some((size) => size !== 1))
    return undefined;
  const isDepthwise = perGroup === 1 && i === group && i % block === 0;
  const isDense = group === 1 && [i, perGroup].every((size) => size % 4 === 0 && size >= block);
  const [y] = outputs;
  const axis = (at: 0 | 1, kernel: number) =>
    planAxis(kernel, strides[at], pads[at], sizeOf(x.shape, at + 2), sizeOf(y.shape, at + 2));
  const [rows, columns] = [axis(0, kh), axis(1, kw)];
  if (!(isDepthwise || isDense) || !rows || !columns) return undefined;
  return { inputs: i, outputs: perGroup * group, isDepthwise, rows, columns };
}

/** The phases of an axis, if the stride divides its output and each phase has taps and none lies outside. */
function planAxis(
  kernel: number,
  stride: number,
  pad: number,
  input: number,
  output: number,
): readonly Phase[] | undefined {
  const phases = Array.from({ length: stride }, (_, phase): Phase => {
    const rest = (phase + pad) % stride;
    const shift = Math.floor((phase + pad) / stride);
    const taps = Math.ceil((kernel - rest) / stride);
    const first = rest + stride * (taps - 1);
    return { first, taps, begin: taps - 1 - shift, end: output / stride + shift - input };
  });
  const fits = phases.every(({ taps, begin, end }) => taps > 0 && begin >= 0 && end >= 0);
  return output % stride === 0 && fits ? phases : undefined;
}

function writePhase(
  node: Node<'ConvTranspose'>,
  { inputs, outputs, isDepthwise }: Geometry,
  { name, input, row, column }: { name: string; input: string; row: Phase; column: Phase },
  writing: BlockedWriting,
): readonly OnnxNode[] {
  const { strides } = node.attributes;
  const sizes = (values: readonly number[]) => writing.nameConstant(int64Tensor(values));
  const pastFirst = ({ first, taps }: Phase, stride: number) => {
    const last = first - stride * (taps - 1);
    return last === 0 ? -(2 ** 31) : last - 1;
  };
  const slice = plainNode('Slice', `${name}.part`, [
    node.inputs[1].name,
    sizes([row.first, column.first]),
    sizes([pastFirst(row, strides[0]), pastFirst(column, strides[1])]),
    sizes([2, 3]),
    sizes([-strides[0], -strides[1]]),
  ]);
  const [kh, kw] = [row.taps, column.taps];
  const part = {
    source: `${name}.part`,
    o: outputs,
    c: inputs,
    kh,
    kw,
    isTransposed: true,
    isFlipped: false,
  };
  const weight = isDepthwise
    ? [
        plainNode('Reshape', `${name}.flat`, [`${name}.part`, sizes([1, inputs, kh, kw])]),
        blockedNode('ReorderInput', `${name}.whole`, [`${name}.flat`]),
        plainNode('Reshape', `${name}.weight`, [`${name}.whole`, sizes([inputs, 1, kh, kw])]),
      ]
    : writeWeight(name, part, writing);
  const convolution = blockedNode('Conv', `${name}.blocked`, [input, `${name}.weight`], {
    kernel_shape: ints([kh, kw]),
    strides: ints([1, 1]),
    dilations: ints([1, 1]),
    pads: ints([row.begin, column.begin, row.end, column.end]),
    group: { kind: 'int', value: isDepthwise ? inputs : 1 },
  });
  return [slice, ...weight, convolution];
}

/** Phases `[n, c / block, h / s, w / s, block]`: those of the columns put beside each other, then those of the rows. */
function interleave(
  node: Node<'ConvTranspose'>,
  { outputs, rows, columns }: Geometry,
  grid: readonly (readonly string[])[],
  { block, nameConstant }: BlockedWriting,
): readonly OnnxNode[] {
  const [n = 0, , height = 0, width = 0] = node.outputs[0].shape;
  const blocks = n * Math.ceil(outputs / block);
  const sizes = (values: readonly number[]) => nameConstant(int64Tensor(values));
  const axis = { axis: { kind: 'int', value: 2 } } as const;
  const pixel = sizes([(blocks * height) / rows.length, width / columns.length, 1, block]);
  const line = sizes([blocks, height / rows.length, 1, width * block]);
  const lines = grid.map((names, i) => {
    const cells = names.map((name) => plainNode('Reshape', `${name}.cells`, [name, pixel]));
    const name = `${node.name}.${i}`;
    const joined = cells.map(({ outputs: [cell = ''] }) => cell);
    const row = plainNode('Concat', `${name}.joined`, joined, axis);
    return [...cells, row, plainNode('Reshape', `${name}.line`, [`${name}.joined`, line])];
  });
  const rowNames = grid.map((_, i) => `${node.name}.${i}.line`);
  const whole = sizes([n, Math.ceil(outputs / block) * block, height, width]);
  return [
    ...lines.flat(),
    plainNode('Concat', `${node.name}.joined`, rowNames, axis),
    plainNode('Reshape', `${node.name}.whole`, [`${node.name}.joined`, whole]),
    blockedNode('ReorderOutput', node.outputs[0].name, [`${node.name}.whole`], {
      channels: { kind: 'int', value: outputs },
    }),
  ];
}
