/** Dropout in training: masks that the graph draws from the step's key, so that a step run again drops the same. */
import { createRandom } from '../../base/random.ts';
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, int32Tensor } from '../graph/tensor.ts';

/** Keys lie below this, so that float32 holds them exactly. */
const keyCount = 2 ** 24;

/** The key of the step with that 1-based number, a whole number that is fed as float32. */
export function drawDropoutKey(seed: number, step: number): number {
  return createRandom(seed, 'dropout', step).integer(0, keyCount - 1);
}

export interface DropoutOptions {
  /** Share of elements that become zero, below 1; the others grow by 1 / (1 - ratio). */
  readonly ratio: number;
  /** The step's key, float32 `[1]`. */
  readonly key: Value;
  /** Tells the layers of a network apart: equal ones drop alike. */
  readonly layer: number;
}

/** Inverted dropout (Srivastava et al. 2014, section 10). */
export function dropOut(e: Expressions, x: Value, options: DropoutOptions): Value {
  const { ratio } = options;
  if (ratio <= 0) return x;
  const threshold = Math.round((2 * ratio - 1) * 2 ** 31);
  const drawn = drawIntegers(e, x, options);
  const [isKept] = e.builder.node('GreaterOrEqual', [drawn, e.scalar(threshold, 'int32')], {});
  return e.mul(x, e.mul(e.cast(isKept, x.dtype), 1 / (1 - ratio)));
}

/**
 * A hash of row, column, layer and key for each element, in the arithmetic modulo 2^32 of int32: the sum of three
 * random numbers under h (2 h + 1) + c, a permutation of the integers as in RC6 (Rivest et al. 1998), three times. Its
 * upper bits, which decide, depend on all bits.
 */
function drawIntegers(e: Expressions, x: Value, { key, layer }: DropoutOptions): Value {
  const columns = x.shape.at(-1) ?? 1;
  const rows = countElements(x.shape) / columns;
  const random = createRandom(layer, 'dropout layer');
  const draw = (length: number) => Array.from({ length }, () => random.integer(-(2 ** 31), 2 ** 31 - 1));
  const rowNumbers = e.constant(int32Tensor(draw(rows), [...x.shape.slice(0, -1), 1]));
  const columnNumbers = e.constant(int32Tensor(draw(columns), [columns]));
  const keyNumber = e.mul(e.cast(key, 'int32'), odd(random.integer(0, 2 ** 30 - 1)));
  const start = e.add(e.add(rowNumbers, keyNumber), columnNumbers);
  return draw(3).reduce((h, constant) => e.add(e.mul(h, e.add(e.mul(h, 2), 1)), constant), start);
}

function odd(number: number): number {
  return 2 * number + 1;
}
