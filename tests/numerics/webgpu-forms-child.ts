/** Times the forms of a depthwise convolution's gradients on WebGPU, twice, and prints them as one line of JSON. */
import { createFormTimer } from '../../src-main/engine/runtime/form-timer.ts';

const value = (shape: readonly number[]) => ({ name: 'v', dtype: 'float32', shape }) as const;
const convolution = {
  x: value([2, 8, 16, 16]),
  w: value([8, 1, 3, 3]),
  attributes: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1], group: 8 },
  dy: value([2, 8, 8, 8]),
} as const;

try {
  const time = await createFormTimer({ provider: 'webgpu', now: () => performance.now() });
  const timed: string[][] = [];
  for (const kind of ['weight', 'input'] as const) {
    const times = await time({ kind, convolution }, Number.POSITIVE_INFINITY);
    timed.push([...(times?.keys() ?? [])]);
  }
  console.log(JSON.stringify({ timed }));
} catch (error) {
  console.log(JSON.stringify({ reason: error instanceof Error ? error.message : String(error) }));
}
