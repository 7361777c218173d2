import { expect, it } from 'vitest';
import { explainImageQueries } from '../../../../src-main/store/tables/image-queries.ts';
import { explainFinishes } from '../../../../src-main/store/tables/picture-scores.ts';
import { explainQueueCount } from '../../../../src-main/store/tables/queue-conditions.ts';
import { queueFilters } from '../../../../src-preload/contract/queue.ts';
import { uncertaintyMeasureSchema } from '../../../../src-preload/contract/queue-order.ts';
import { hashOf, insertPictures, namePictures } from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

it('every queue is counted by an index alone, however many pictures there are', () => {
  const { db } = openTestStore();
  for (const [id, filter] of Object.entries(queueFilters)) {
    for (const step of explainQueueCount(db, filter).filter((text) => /picture_score|image\b/.test(text)))
      expect(`${id}: ${step}`).toMatch(
        /COVERING INDEX|label USING PRIMARY KEY|image_label USING PRIMARY KEY/,
      );
  }
});

it('the first pictures of a queue come from an index in their order: nothing is sorted', () => {
  const { db } = openTestStore();
  const walk = (queue: 'uncertain' | 'suspect', order: Parameters<typeof explainImageQueries>[2]) =>
    explainImageQueries(db, { queue }, order).walk.join('\n');
  for (const measure of uncertaintyMeasureSchema.options) {
    expect(walk('uncertain', measure)).not.toContain('TEMP B-TREE');
    expect(walk('uncertain', measure)).toContain('SEARCH rank USING');
  }
  expect(walk('suspect', 'suspect')).not.toContain('TEMP B-TREE');
});

it('the pace is read from the newest acts of the person, not from all of them', () => {
  const { db } = openTestStore();
  const plan = explainFinishes(db).join('\n');
  for (const index of [
    'annotation_step_by_author',
    'opinion_revision_by_annotator',
    'picture_score_by_decision',
  ])
    expect(plan).toContain(index);
  expect(plan).not.toMatch(/SCAN (step|opinion_revision|picture_score)/);
});

it('what is set aside is in no count', () => {
  const store = openTestStore();
  insertPictures(store, [...namePictures('rust', 3), ...namePictures('open', 4, { className: null })]);
  const count = () =>
    Object.fromEntries(
      Object.entries(queueFilters).map(([id, filter]) => [id, store.queueCounts.count(filter)]),
    );
  for (const name of ['rust0', 'open0', 'open1']) {
    const prediction = { classes: [], boxes: [] };
    const score = { model: 'leaf/1', scoredAt: 1, exposure: 'unknown', uncertainty: {}, prediction } as const;
    store.pictureScores.put({ ...score, imageHash: hashOf(name) });
  }
  expect(count()).toMatchObject({ unlabelled: 4, labelled: 3, uncertain: 2, all: 7 });
  expect(store.pictureScores.countUnseen('leaf/1')).toBe(4);
  const setAside = ['open0', 'open2', 'rust1'].map(hashOf);
  store.quality.insertDecision({ author: 'Ada', at: 1, keep: [], takeBack: [], setAside });
  expect(count()).toMatchObject({ unlabelled: 2, labelled: 2, uncertain: 1, all: 4 });
  expect(store.pictureScores.countUnseen('leaf/1')).toBe(2);
  expect(store.pictureScores.listUnseen('leaf/1')).toHaveLength(2);
  for (const [id, filter] of Object.entries(queueFilters))
    expect([id, store.queueCounts.count(filter)]).toEqual([id, store.imageQueries.countMatching(filter)]);
});
