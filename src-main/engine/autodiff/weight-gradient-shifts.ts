/** The gradient of a convolution's weights in fewer copies: x unfolded by the kernel's rows alone, dy by its columns. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { int32Tensor, sizeOf } from '../graph/tensor.ts';
import type { Convolution } from './convolution-forms.ts';
import { fourSizes } from './four-sizes.ts';
import { zeros } from './indexing.ts';
import { sumOfProducts } from './weight-gradient-products.ts';

/**
 * Unfolds x by the kernel's rows alone and dy by its columns, `kh + kw` copies instead of `kh kw`: the product of x
 * moved up by i rows and dy moved right by j columns is what tap (i, j) needs. 7.8 against 12.4 ms at 80 × 80.
 */
export function multiplyShifted(e: Expressions, convolution: Convolution): Value {
  const { w } = convolution;
  const [o, c, kh, kw] = fourSizes(w.shape);
  const product = sumOfProducts(e, unfoldRows(e, convolution), unfoldColumns(e, convolution));
  return e.transpose(e.reshape(product, [c, kh, o, kw]), [2, 0, 1, 3]);
}

/** For each kernel row the padded rows of x that it meets, and one row more: `[n, c kh, (height + 1) padded width]`. */
function unfoldRows(e: Expressions, { x, w, attributes: { pads, dilations }, dy }: Convolution): Value {
  const padded = e.pad(x, [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]);
  const [n, c, paddedHeight, paddedWidth] = fourSizes(padded.shape);
  const kh = sizeOf(w.shape, 2);
  const height = sizeOf(dy.shape, 2);
  const rows = Array.from({ length: kh * (height + 1) }, (_, index) => {
    const row = Math.floor(index / (height + 1)) * dilations[0] + (index % (height + 1));
    return Math.min(row, paddedHeight - 1);
  });
  const [unfolded] = e.builder.node('Gather', [padded, e.constant(int32Tensor(rows))], { axis: 2 });
  return e.reshape(unfolded, [n, c * kh, (height + 1) * paddedWidth]);
}

/**
 * For each kernel column dy in rows as wide as the padded x, moved right by that column: `[n, o kw, (height + 1) padded
 * width]`, zeros around. Copies of dy laid end to end, each one column further from the last than a row of the result
 * is long, make the shifts: so no row is copied by itself.
 */
function unfoldColumns(e: Expressions, { x, w, attributes: { pads, dilations }, dy }: Convolution): Value {
  const [n, o, height, width] = fourSizes(dy.shape);
  const kw = sizeOf(w.shape, 3);
  const paddedWidth = sizeOf(x.shape, 3) + pads[1] + pads[3];
  const widened = e.pad(dy, [0, 0, 0, 0, 0, 0, 0, paddedWidth - width]);
  const copy = e.reshape(widened, [n, o, height * paddedWidth]);
  const gap = zeros(e, [n, o, paddedWidth + dilations[1]]);
  const tail = zeros(e, [n, o, paddedWidth - (kw - 1) * dilations[1]]);
  const copies = Array.from({ length: kw }, (_, column) => [copy, column < kw - 1 ? gap : tail]).flat();
  return e.reshape(e.concat(copies, 2), [n, o * kw, (height + 1) * paddedWidth]);
}
