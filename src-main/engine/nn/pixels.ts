/** From bytes as the loader has them to numbers as the network wants them, inside the graph. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';

/** @param images uint8 `[n, h, w, 3]` @returns float32 `[n, 3, h, w]`, 0 to 255 mapped to -2 to 2 */
export function scalePixels(e: Expressions, images: Value): Value {
  const planes = e.cast(e.transpose(images, [0, 3, 1, 2]), 'float32');
  return e.sub(e.mul(planes, 4 / 255), 2);
}
