import { expect, it } from 'vitest';
import {
  fromFloat16Bits,
  fromNumbers,
  toFloat16Bits,
  toNumbers,
} from '../../../../src-main/engine/graph/tensor.ts';

it('keeps every float16 through numbers and back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromFloat16Bits(bits);
    if (!Number.isNaN(value)) expect(toFloat16Bits(value)).toBe(bits);
  }
});

it('rounds to the nearest float16, ties to even', () => {
  expect(fromFloat16Bits(toFloat16Bits(1 + 2 ** -11))).toBe(1);
  expect(fromFloat16Bits(toFloat16Bits(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
  expect(fromFloat16Bits(toFloat16Bits(65519))).toBe(65504);
  expect(fromFloat16Bits(toFloat16Bits(65520))).toBe(Number.POSITIVE_INFINITY);
});

it('converts numbers into each storage and back', () => {
  for (const dtype of ['float32', 'float64', 'float16', 'int64', 'int32', 'int8', 'uint8'] as const) {
    expect(toNumbers(fromNumbers(dtype, [3], [0, 1, 42]))).toEqual([0, 1, 42]);
  }
});
