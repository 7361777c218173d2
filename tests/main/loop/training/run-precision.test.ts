import { expect, it } from 'vitest';
import { choosePrecision } from '../../../../src-main/loop/training/run-precision.ts';

const proven = { isUsable: true, reason: '3 training steps agree with float32' };
const refused = { isUsable: false, reason: 'half precision does not run there: no f16' };

it('is mixed by itself only on a device that has proven it', () => {
  expect(choosePrecision(undefined, 'webgpu', proven).amp).toBe(true);
  expect(choosePrecision(undefined, 'webgpu', refused).amp).toBe(false);
  expect(choosePrecision(undefined, 'cpu', proven).amp).toBe(false);
  expect(choosePrecision(false, 'webgpu', proven).amp).toBe(false);
});

it('is mixed on the CPU where asked for, and says that it brings nothing there', () => {
  expect(choosePrecision(true, 'cpu', refused)).toMatchObject({
    ...{ amp: true, isOtherThanAsked: true },
    reason: expect.stringContaining('brings nothing on the CPU'),
  });
});

it('says why a device that was asked for it trains in float32', () => {
  expect(choosePrecision(true, 'webgpu', refused)).toEqual({
    amp: false,
    reason: `float32, though mixed precision was asked for: ${refused.reason}`,
    isOtherThanAsked: true,
  });
});
