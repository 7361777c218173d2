/** The points from which an anchor-free detector measures its boxes: the centre of every cell of every level. */
import { floatTensor, type Tensor } from '../../graph/tensor.ts';

export interface AnchorPoints {
  readonly count: number;
  /** Pixels between neighbours of the finest level. */
  readonly finestStride: number;
  /** In pixels of the input, `[1, 1, count]`; levels in order, each row by row. */
  readonly x: Tensor;
  readonly y: Tensor;
  /** Pixels between neighbours, `[1, 1, count]`. */
  readonly stride: Tensor;
  /** Which level a point is of, and which of the copies of its cell. */
  readonly places: readonly { readonly level: number; readonly copy: number }[];
}

/**
 * @param imageSize of the square input in pixels, a multiple of every stride
 * @param copies points of each cell, by level: one if absent; all cells of the first copy come first
 */
export function createAnchorPoints(
  imageSize: number,
  strides: readonly number[],
  copies: readonly number[] = [],
): AnchorPoints {
  const points = strides.flatMap((stride, level) => {
    const cells = imageSize / stride;
    return Array.from({ length: (copies[level] ?? 1) * cells * cells }, (_, index) => ({
      x: ((index % cells) + 0.5) * stride,
      y: ((Math.floor(index / cells) % cells) + 0.5) * stride,
      stride,
      place: { level, copy: Math.floor(index / (cells * cells)) },
    }));
  });
  const toTensor = (values: readonly number[]) => floatTensor(values, [1, 1, values.length]);
  return {
    count: points.length,
    finestStride: Math.min(...strides),
    x: toTensor(points.map(({ x }) => x)),
    y: toTensor(points.map(({ y }) => y)),
    stride: toTensor(points.map(({ stride }) => stride)),
    places: points.map(({ place }) => place),
  };
}
