/** How convolutions and pools of three dimensions are read: as those of two, over the pictures and then over the depth. */
import { createExpressions } from '../graph/expressions.ts';
import type { Value, WindowAttributes } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { OnnxAttribute } from './model.ts';
import { input, int, malformed, type NodeReading, unsupported } from './node-reading.ts';
import { readWindow } from './normalize.ts';

/** Each becomes nodes of its own. */
const mostTaps = 256;

/** Whether the node works on `[n, c, depth, h, w]`. */
export function isVolume(r: NodeReading): boolean {
  return input(r, 0).shape.length === 5;
}

/**
 * Maxima of maxima and means of means: windows over the pictures `[n, c depth, h, w]` first, then over the depth
 * `[n, c, depth, h w]`.
 * @param read adds the pool of two dimensions
 */
export function poolVolume(r: NodeReading, read: (flat: NodeReading) => Value): readonly Value[] {
  const e = createExpressions(r.builder);
  const x = input(r, 0);
  const [n = 1, c = 1, depth = 1, h = 1, w = 1] = x.shape;
  const planes = read(reduce(r, 'picture', e.reshape(x, [n, c * depth, h, w])));
  const [, , rows = 1, columns = 1] = planes.shape;
  const pooled = read(reduce(r, 'depth', e.reshape(planes, [n, c, depth, rows * columns])));
  const shape = [n, c, sizeOf(pooled.shape, 2), rows, columns];
  return r.builder.node('Reshape', [pooled], { shape }, r.names);
}

/** The sum over the kernel's depth of convolutions of two dimensions, the depth being part of the batch. */
export function convolveVolume(r: NodeReading): readonly Value[] {
  const e = createExpressions(r.builder);
  const [x, w, bias] = [input(r, 0), input(r, 1), r.inputs[2]];
  if (w.shape.length !== 5) throw malformed(r, `expected a kernel of five axes, got [${w.shape}]`);
  if (sizeOf(w.shape, 2) > mostTaps)
    throw unsupported(r, `kernels deeper than ${mostTaps} are not supported`);
  const [n = 1, c = 1, depth = 1, height = 1, width = 1] = x.shape;
  const [o = 1, perGroup = 1, taps = 1, kh = 1, kw = 1] = w.shape;
  const column = e.reshape(x, [n, c, depth, height * width]);
  const along = readWindow(reduce(r, 'depth', column), column, [taps, 1]);
  const { strides, dilations, pads } = along;
  const padded = e.pad(x, [0, 0, pads[0], 0, 0, 0, 0, pads[2], 0, 0]);
  const layers = countPositions(sizeOf(padded.shape, 2), taps, along);
  if (layers < 1) throw malformed(r, `a kernel ${taps} deep does not fit into a depth of ${depth}`);
  const parts = Array.from({ length: taps }, (_, tap) => {
    const start = tap * dilations[0];
    const met = e.sliceAxis(padded, 2, start, start + (layers - 1) * strides[0] + 1, strides[0]);
    const frames = e.reshape(e.transpose(met, [0, 2, 1, 3, 4]), [n * layers, c, height, width]);
    const kernel = e.reshape(e.sliceAxis(w, 2, tap, tap + 1), [o, perGroup, kh, kw]);
    const window = readWindow(reduce(r, 'picture', frames), frames, [kh, kw]);
    const inputs = bias && tap === 0 ? ([frames, kernel, bias] as const) : ([frames, kernel] as const);
    return r.builder.node('Conv', inputs, { ...window, group: int(r, 'group', 1) })[0];
  });
  const sum = parts.reduce((total, part) => e.add(total, part));
  const [, , rows = 1, columns = 1] = sum.shape;
  const wide = e.reshape(sum, [n, layers, o, rows, columns]);
  return r.builder.node('Transpose', [wide], { permutation: [0, 2, 1, 3, 4] }, r.names);
}

function countPositions(size: number, taps: number, { strides, dilations }: WindowAttributes): number {
  return Math.floor((size - dilations[0] * (taps - 1) - 1) / strides[0]) + 1;
}

type Part = 'picture' | 'depth';

/** The node with only that part of its window, on another input. */
function reduce(r: NodeReading, part: Part, x: Value): NodeReading {
  const attributes = new Map([...r.node.attributes].map((entry) => reduceAttribute(entry, part)));
  return { ...r, node: { ...r.node, attributes }, inputs: [x], names: {} };
}

/** `[depth, h, w]` as `[h, w]`, or as `[depth, 1]`. */
function reduceAttribute(
  [name, value]: readonly [string, OnnxAttribute],
  part: Part,
): readonly [string, OnnxAttribute] {
  if (value.kind !== 'ints') return [name, value];
  const [depth = 0, h = 0, w = 0, behind = 0, bottom = 0, right = 0] = value.value;
  const isPads = name === 'pads';
  const kept = {
    picture: isPads ? [h, w, bottom, right] : [h, w],
    depth: isPads ? [depth, 0, behind, 0] : [depth, 1],
  };
  return [name, { kind: 'ints', value: kept[part] }];
}
