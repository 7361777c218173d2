import { expect, it } from 'vitest';
import { readOverview } from '../../../src-main/api/overview.ts';
import { systemClock } from '../../../src-main/base/clock.ts';
import { createImages } from '../../../src-main/loop/collector/images.ts';
import { addShapes, openMiniStation, trainQuickly } from '../loop/kit/mini-station.ts';

it('says of which model on which pictures the last accuracy is', { timeout: 30_000 }, async () => {
  const station = openMiniStation();
  await addShapes(station.store, { perClass: { train: 8, val: 0, test: 4 } });
  const run = await trainQuickly(station, { epochs: 1 });
  const { evaluation } = readOverview({
    ...station,
    images: createImages({ ...station, clock: systemClock }),
  });
  expect(evaluation).toEqual({
    evaluations: 1,
    lastAccuracy: run.metrics['test/accuracy'],
    lastModel: 'shapes/1 on shapes@1/test',
  });
});
