/** The four sizes of a picture or of a kernel. */
import { type Shape, sizeOf } from '../graph/tensor.ts';

/** Of a value with four axes. */
export function fourSizes(shape: Shape): readonly [number, number, number, number] {
  return [sizeOf(shape, 0), sizeOf(shape, 1), sizeOf(shape, 2), sizeOf(shape, 3)];
}
