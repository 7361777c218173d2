/** How long versions of 70,000 pictures take; printed, as machines differ. */
import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createDatasets } from '../../../../src-main/loop/dataset/datasets.ts';
import { insertManyPictures, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';

it('versions 70,000 pictures', () => {
  const store = openTestStore();
  const datasets = createDatasets({ store, clock: systemClock, publish: () => {} });
  timed('insert and label', () =>
    insertManyPictures(store, { count: 70_000, labelled: 70_000, tested: 60_000 }),
  );
  const first = timed('first version', () => datasets.createVersion({ name: 'digits', seed: 0 }));
  expect(first.counts).toEqual({ train: 54_000, val: 6_000, test: 10_000 });
  timed('no change', () => datasets.createVersion({ name: 'digits', seed: 0 }));
  insertPictures(store, [{ name: 'new', className: '3', originSplit: 'train', importId: 'second' }]);
  timed('one picture more', () => datasets.createVersion({ name: 'digits', seed: 0 }));
  timed('all anew', () => datasets.createVersion({ name: 'digits', seed: 0, splits: [0.7, 0.2, 0.1] }));
  timed('statistics', () => datasets.getStatistics('digits'));
  timed('difference', () => datasets.getDifference('digits'));
  timed('training pictures', () => datasets.listSplit('digits/train'));
  timed('overview', () => datasets.readOverview());
}, 120_000);

function timed<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms`);
  return result;
}
