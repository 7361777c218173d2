import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { type AnnotationEdit, createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import type { Box } from '../../../../src-preload/contract/annotation.ts';
import type { BoxId } from '../../../../src-preload/contract/ids.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';

const picture = hashOf('cells');

/** One picture of 100 × 20 pixels, another beside it, and two classes. */
function createBench() {
  const store = openTestStore();
  insertPictures(store, [
    { name: 'cells', width: 100 },
    { name: 'other', width: 100 },
  ]);
  const annotation = createAnnotation({ store, clock: systemClock, publish: () => {} });
  for (const name of ['red', 'white']) annotation.addClass(name);
  const edit = (change: Partial<AnnotationEdit>) => {
    const { imageHash } = annotation.editAnnotation({ imageHash: picture, put: [], remove: [], ...change });
    return annotation.getAnnotation(imageHash);
  };
  const setOperator = (operator: string) => store.settings.update({ operator });
  return { store, annotation, edit, setOperator };
}

function box(id: string, x: number, className = 'red') {
  return { id: id as BoxId, x, y: 2, width: 10, height: 5, className, attributes: {} };
}

const tell = ({ id, x, className }: Box) => `${id} ${className} ${x}`;

describe('a stroke', () => {
  it('adds, moves and takes away the boxes that it names, and no others', () => {
    const { edit, annotation } = createBench();
    edit({ put: [box('a', 1), box('b', 20)] });
    edit({ put: [box('a', 5, 'white')], remove: ['no such box' as BoxId] });
    const shown = edit({ put: [box('c', 40)], remove: ['b' as BoxId] });
    expect(shown.boxes.map(tell)).toEqual(['a white 5', 'c red 40']);
    expect(annotation.getAnnotation(picture)).toEqual(shown);
    expect(shown.state).toBe('draft');
  });

  it('leaves the state of a picture that someone has looked at, and submits on request', () => {
    const { edit } = createBench();
    expect(edit({ state: 'labelled' })).toMatchObject({ state: 'labelled', boxes: [] });
    expect(edit({ put: [box('a', 1)] }).state).toBe('labelled');
  });

  it('tells the revision before it, by which a window knows that another was faster', () => {
    const { annotation } = createBench();
    const stroke = (id: string) =>
      annotation.editAnnotation({ imageHash: picture, put: [box(id, 1)], remove: [] });
    const [first, second] = [stroke('a'), stroke('b')];
    expect(first).toMatchObject({ previousRevisionId: null, state: 'draft' });
    expect(second?.previousRevisionId).toBe(first?.revisionId);
  });

  it('that changes nothing leaves no revision', () => {
    const { edit, annotation } = createBench();
    edit({ put: [box('a', 1)] });
    edit({ put: [box('a', 1)] });
    expect(annotation.listRevisions(picture)).toHaveLength(1);
  });

  it('keeps who made a box, however another moves it, and tells who moved it in the history', () => {
    const { edit, annotation, setOperator, store } = createBench();
    const put = {
      ...box('a', 1),
      classId: store.annotations.findOrAddClass('red'),
      origin: { source: 'model', author: 'cells/3', score: 0.7, model: 'cells/3' } as const,
    };
    const changes = [{ imageHash: picture, state: 'predicted' as const, put: [put] }];
    store.annotations.recordStep({ author: 'cells/3', source: 'model', kind: 'edit', changes }, 1);
    setOperator('Ada');
    const moved = edit({ put: [box('a', 3, 'white')] });
    expect(moved.boxes).toMatchObject([
      { x: 3, className: 'white', source: 'model', score: 0.7, model: 'cells/3' },
    ]);
    expect(annotation.listRevisions(picture)).toMatchObject([
      { author: 'cells/3', source: 'model', state: 'predicted', boxesPut: 1, boxesRemoved: 0 },
      { author: 'Ada', source: 'human', boxesPut: 1, boxesRemoved: 0 },
    ]);
  });

  it('ends at the borders of the picture', () => {
    const { edit } = createBench();
    const wide = { ...box('a', -4), y: 15, width: 300, height: 40 };
    expect(edit({ put: [wide] }).boxes).toMatchObject([{ x: 0, y: 15, width: 100, height: 5 }]);
  });

  it.each([
    [
      'a box beside the picture',
      { put: [box('a', 1), box('b', 200)] },
      'BOX_INVALID',
      /100 × 20.*200, 2, 10, 5/,
    ],
    ['an unknown class', { put: [box('a', 1, 'blue')] }, 'CLASS_UNKNOWN', /blue.*red, white/],
    ['an unknown picture', { imageHash: hashOf('nothing') }, 'NOT_FOUND', /no picture/],
  ])('refuses %s and changes nothing', (_, change, code, message) => {
    const { edit, annotation } = createBench();
    expect(() => edit(change)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    expect(annotation.getAnnotation(picture)).toMatchObject({ revisionId: null, state: 'none', boxes: [] });
  });
});

describe('undo', () => {
  it('takes back stroke after stroke to nothing, and redo does all again', () => {
    const { edit, annotation } = createBench();
    const states = [
      annotation.getAnnotation(picture),
      edit({ put: [box('a', 1), box('b', 20)] }),
      edit({ put: [box('a', 9, 'white')], remove: ['b' as BoxId] }),
      edit({ state: 'labelled', className: 'white' }),
    ].map(({ revisionId: _, ...shown }) => shown);
    const readShown = () => {
      const { revisionId: _, ...shown } = annotation.getAnnotation(picture);
      return shown;
    };
    for (const earlier of states.slice(0, -1).reverse()) {
      annotation.undo();
      expect(readShown()).toEqual(earlier);
    }
    for (const later of states.slice(1)) {
      annotation.redo();
      expect(readShown()).toEqual(later);
    }
  });

  it('on one picture leaves later strokes on others alone', () => {
    const { edit, annotation } = createBench();
    edit({ put: [box('a', 1)] });
    edit({ imageHash: hashOf('other'), put: [box('a', 1)] });
    expect(annotation.undo(picture).imageHashes).toEqual([picture]);
    expect(annotation.undo(picture).imageHashes).toEqual([]);
    expect(annotation.getAnnotation(hashOf('other')).boxes).toHaveLength(1);
    expect(annotation.redo(picture).imageHashes).toEqual([picture]);
    expect(annotation.getAnnotation(picture).boxes).toHaveLength(1);
  });

  it('any random row of strokes is taken back to every state before it', () => {
    const { edit, annotation } = createBench();
    const random = createRandom(7, 'strokes');
    const shown = () => annotation.getAnnotation(picture).boxes.map(tell).sort();
    const trail = [shown()];
    for (let stroke = 0; stroke < 60; stroke++) {
      const id = `box${random.integer(0, 6)}`;
      const before = shown();
      const change =
        random.uniform(0, 1) < 0.3 ? { remove: [id as BoxId] } : { put: [box(id, random.integer(0, 80))] };
      edit(change);
      if (JSON.stringify(shown()) !== JSON.stringify(before)) trail.push(shown());
    }
    for (const state of trail.slice(0, -1).reverse()) {
      annotation.undo();
      expect(shown()).toEqual(state);
    }
  });
});

it('pictures are found by the classes of their boxes and by their state, and counted', () => {
  const { edit, store } = createBench();
  edit({ put: [box('a', 1), box('b', 20), box('c', 40, 'white')] });
  edit({ put: [box('c', 40, 'red')] });
  edit({ imageHash: hashOf('other'), put: [box('a', 1, 'white')], state: 'labelled' });
  const list = (filter: object) =>
    store.imageQueries.list({ filter, offset: 0, limit: 9 }).images.map(({ fileName }) => fileName);
  expect(list({ className: 'red' })).toEqual(['cells.png']);
  expect(list({ className: 'white' })).toEqual(['other.png']);
  expect(list({ state: 'draft' })).toEqual(['cells.png']);
  expect(list({ state: 'none' })).toEqual([]);
  expect(list({ labelled: true })).toEqual(['other.png']);
  expect(store.imageQueries.get(picture)).toMatchObject({
    boxCount: 3,
    state: 'draft',
    labelSource: 'human',
  });
  expect(store.imageQueries.count()).toMatchObject({
    labelled: 1,
    byClass: [
      { className: 'red', count: 1 },
      { className: 'white', count: 1 },
    ],
  });
});
