/** What is asked of 100,000 pictures, against asking each of them for its label once in the same process. */
import { expect, it } from 'vitest';
import type { ImageFilter, ImageOrder } from '../../../../src-preload/contract/image.ts';
import { insertManyPictures } from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

/** Milliseconds of this process, the least of three. */
function timeOf(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const pages: readonly (readonly [ImageFilter, ImageOrder])[] = [
  [{}, 'newest'],
  [{}, 'latest'],
  [{}, 'nameAscending'],
  [{}, 'largest'],
  [{ className: '3' }, 'latest'],
  [{ labelled: false }, 'newest'],
  [{ source: 'camera 1', className: '3' }, 'earliest'],
  [{ camera: 'Maker 1' }, 'newest'],
  [{ camera: 'Maker 1', className: '3', takenFrom: 4e10, takenUntil: 8e10 }, 'latest'],
  [{ takenFrom: 1e11, takenUntil: 1.1e11 }, 'newest'],
  [{ certaintyFrom: 0.2, certaintyTo: 0.4 }, 'newest'],
  [{ annotator: 'person 3' }, 'newest'],
  [{ annotator: 'person 3', camera: 'Maker 2' }, 'nameDescending'],
  [{ search: '777' }, 'newest'],
];

it('costs less than that for a page under one filter in any order, and not much more for several or the whole set', () => {
  const store = openTestStore();
  insertManyPictures(store, { count: 100_000, labelled: 99_000, tested: 90_000 });
  const { db, imageQueries } = store;
  const everyPicture = timeOf(() =>
    db.get(`SELECT count(*) FROM image WHERE EXISTS (
      SELECT 1 FROM image_label WHERE image_label.image_hash = +image.hash AND class_id + 0 = 3)`),
  );
  const tell = (what: string, ms: number) => {
    console.log(`${what}: ${ms.toFixed(1)} ms, a look at every picture ${everyPicture.toFixed(1)} ms`);
    return ms / everyPicture;
  };
  for (const [filter, order] of pages) {
    const what = `${JSON.stringify(filter)} ${order}`;
    const page = timeOf(() => imageQueries.list({ filter, order, offset: 100, limit: 200 }));
    expect.soft(tell(what, page), what).toBeLessThan(Object.keys(filter).length > 1 ? 6 : 1);
  }
  const window = { filter: {}, offset: 50_000, limit: 200 };
  const wholes = {
    'the middle by time': () => imageQueries.list({ ...window, order: 'latest' }),
    'least sure first': () => imageQueries.list({ ...window, offset: 0, order: 'uncertain' }),
    'all hashes': () => imageQueries.listHashes({ filter: { labelled: true }, offset: 0, limit: 100_000 }),
    map: () => imageQueries.readMap({ filter: {}, bins: 40 }),
    'map of a camera': () => imageQueries.readMap({ filter: { camera: 'Maker 1' }, bins: 40 }),
    counts: () => imageQueries.count(),
  };
  for (const [what, work] of Object.entries(wholes)) {
    expect.soft(tell(what, timeOf(work)), what).toBeLessThan(12);
  }
}, 120_000);
