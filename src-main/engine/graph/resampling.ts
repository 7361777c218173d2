/** Where the elements of a resized or padded axis come from, as matrices `[after, before]`. */
import type { PadAttributes, ResizeAttributes } from './ops.ts';
import { createTensor, type Tensor } from './tensor.ts';

/** Weights of one element: positions may repeat, positions outside have been brought inside. */
type Taps = readonly (readonly [position: number, weight: number])[];

/** One axis of a resize, as onnxruntime computes it. */
export function resizeMatrix(attributes: ResizeAttributes, axis: number, size: number): Tensor {
  const after = attributes.sizes[axis] ?? size;
  const scale = attributes.scales[axis] ?? 1;
  return weightMatrix(after, size, (index) => {
    const position = originalPosition(attributes.coordinates, index, after, size, scale);
    return weighTaps(attributes, position, size);
  });
}

/** The number of copies that a nearest resize makes of each element of the axis, if it does just that. */
export function countCopies(matrix: Tensor): number | undefined {
  const [after = 0, before = 0] = matrix.shape;
  const copies = after / before;
  if (!Number.isInteger(copies)) return undefined;
  const isCopy = (index: number) =>
    matrix.elements[index] === (Math.floor(Math.floor(index / before) / copies) === index % before ? 1 : 0);
  return matrix.elements.every((_: unknown, index: number) => isCopy(index)) ? copies : undefined;
}

/** One axis of a pad that repeats elements of the input. */
export function padMatrix(
  mode: Exclude<PadAttributes['mode'], 'constant'>,
  size: number,
  before: number,
  after: number,
): Tensor {
  return weightMatrix(size + before + after, size, (index) => [[sourceOf(mode, index - before, size), 1]]);
}

function sourceOf(mode: Exclude<PadAttributes['mode'], 'constant'>, index: number, size: number): number {
  switch (mode) {
    case 'edge':
      return clamp(index, size);
    case 'wrap':
      return modulo(index, size);
    case 'reflect': {
      const period = Math.max(1, 2 * (size - 1));
      const folded = modulo(index, period);
      return folded < size ? folded : period - folded;
    }
  }
}

function weightMatrix(after: number, before: number, tapsOf: (index: number) => Taps): Tensor {
  const elements = new Float32Array(after * before);
  for (let index = 0; index < after; index++) {
    for (const [position, weight] of tapsOf(index)) {
      const at = index * before + position;
      elements[at] = (elements[at] ?? 0) + weight;
    }
  }
  return createTensor('float32', [after, before], elements);
}

/** ONNX, operator Resize, attribute coordinate_transformation_mode. */
function originalPosition(
  mode: ResizeAttributes['coordinates'],
  index: number,
  after: number,
  before: number,
  scale: number,
): number {
  if (scale === 1) return index;
  switch (mode) {
    case 'asymmetric':
      return index / scale;
    case 'align_corners':
      return after === 1 ? 0 : (index * (before - 1)) / (after - 1);
    case 'half_pixel':
      return (index + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return after === 1 ? 0 : (index + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = after / (scale * before);
      return (before / 2) * (1 - adjustment) + (index + 0.5) / scale - 0.5;
    }
  }
}

function weighTaps(attributes: ResizeAttributes, position: number, size: number): Taps {
  switch (attributes.mode) {
    case 'nearest':
      return [[clamp(nearestPosition(attributes.nearest, position), size), 1]];
    case 'linear': {
      const inside = Math.min(size - 1, Math.max(0, position));
      const first = Math.floor(inside);
      const share = inside - first;
      return [
        [first, 1 - share],
        [clamp(first + 1, size), share],
      ];
    }
    case 'cubic':
      return cubicTaps(attributes, position, size);
  }
}

function nearestPosition(mode: ResizeAttributes['nearest'], position: number): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(position - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5);
    case 'floor':
      return Math.floor(position);
    case 'ceil':
      return Math.ceil(position);
  }
}

function cubicTaps({ cubicCoefficient, excludeOutside }: ResizeAttributes, at: number, size: number): Taps {
  const first = Math.floor(at) - 1;
  const taps = [0, 1, 2, 3].map((tap) => {
    const weight = cubicKernel(Math.abs(at - first - tap), cubicCoefficient);
    const isOutside = first + tap < 0 || first + tap >= size;
    return [clamp(first + tap, size), excludeOutside && isOutside ? 0 : weight] as const;
  });
  const sum = excludeOutside ? taps.reduce((total, [, weight]) => total + weight, 0) : 1;
  return taps.map(([position, weight]) => [position, weight / sum]);
}

/** Keys 1981, equation 4. */
function cubicKernel(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance ** 2 + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}

function clamp(position: number, size: number): number {
  return Math.min(size - 1, Math.max(0, position));
}

function modulo(index: number, period: number): number {
  return ((index % period) + period) % period;
}
