import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { openStore, type Store } from '../../../../src-main/store/store.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';

const names = ['a', 'b', 'c', 'd'];

function createBench(store: Store = openTestStore()) {
  const events: StationEvent[] = [];
  const annotation = createAnnotation({ store, clock: systemClock, publish: (event) => events.push(event) });
  const label = (className: string | null, ...pictures: string[]) =>
    annotation.setClass({ imageHashes: pictures.map(hashOf), className });
  const read = () =>
    Object.fromEntries(names.map((name) => [name, store.imageQueries.get(hashOf(name)).className]));
  return { store, annotation, label, read, events };
}

function createLabelled() {
  const bench = createBench();
  insertPictures(
    bench.store,
    names.map((name) => ({ name })),
  );
  for (const name of ['rust', 'healthy']) bench.annotation.addClass(name);
  return bench;
}

describe('classes and labels', () => {
  it('refuses a second class of a name', () => {
    const { annotation } = createLabelled();
    expect(() => annotation.addClass('rust')).toThrow(expect.objectContaining({ code: 'CLASS_EXISTS' }));
    expect(annotation.listClasses().map(({ name }) => name)).toEqual(['rust', 'healthy']);
  });

  it('names the known classes where one is unknown, and the pictures that are', () => {
    const { annotation, label, read } = createLabelled();
    expect(() => label('mildew', 'a')).toThrow(
      expect.objectContaining({ code: 'CLASS_UNKNOWN', message: expect.stringContaining('rust, healthy') }),
    );
    expect(() => label('rust', 'a', 'nowhere')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', data: { imageHashes: [hashOf('nowhere')] } }),
    );
    expect(() => annotation.listRevisions(hashOf('nowhere'))).toThrow(/not in the station/);
    expect(read()).toEqual({ a: null, b: null, c: null, d: null });
  });

  it('tells what changed once it is durable, and nothing where nothing changed', () => {
    const { label, events } = createLabelled();
    expect(label('rust', 'a', 'b')).toEqual({ changed: 2 });
    expect(label('rust', 'a', 'b')).toEqual({ changed: 0 });
    expect(events).toEqual([{ type: 'annotation.changed', imageHashes: [hashOf('a'), hashOf('b')] }]);
  });
});

describe('rejecting', () => {
  it('sends what is labelled back with its label, leaves what is not, and is one step to undo', () => {
    const { annotation, label, store } = createLabelled();
    label('rust', 'a', 'b');
    const states = () => names.map((name) => store.imageQueries.get(hashOf(name)).state).join(' ');
    expect(annotation.rejectLabels({ imageHashes: ['a', 'b', 'c'].map(hashOf) })).toEqual({ changed: 2 });
    expect(states()).toBe('rejected rejected none none');
    expect(store.imageQueries.get(hashOf('a')).className).toBe('rust');
    annotation.undo();
    expect(states()).toBe('labelled labelled none none');
  });
});

describe('undo and redo', () => {
  it('take back and do again one step of many pictures', () => {
    const { annotation, label, read } = createLabelled();
    label('rust', 'a', 'b', 'c');
    label('healthy', 'b');
    expect(annotation.undo().imageHashes).toEqual([hashOf('b')]);
    expect(annotation.undo().imageHashes).toHaveLength(3);
    expect(annotation.undo().imageHashes).toEqual([]);
    expect(read()).toEqual({ a: null, b: null, c: null, d: null });
    annotation.redo();
    annotation.redo();
    expect(annotation.redo().imageHashes).toEqual([]);
    expect(read()).toEqual({ a: 'rust', b: 'healthy', c: 'rust', d: null });
  });

  it('work after a restart', () => {
    const dataDir = createTemporaryFolder();
    const first = createBench(openStore(dataDir, { create: true }));
    insertPictures(
      first.store,
      names.map((name) => ({ name })),
    );
    first.annotation.addClass('rust');
    first.label('rust', 'a');
    first.label('rust', 'b');
    first.annotation.undo();
    first.store.close();
    const second = createBench(openStore(dataDir, { create: false }));
    second.annotation.redo();
    expect(second.read()).toMatchObject({ a: 'rust', b: 'rust' });
    second.annotation.undo();
    second.annotation.undo();
    expect(second.read()).toMatchObject({ a: null, b: null });
    second.store.close();
  });

  it('forget what was undone once a person labels anew', () => {
    const { annotation, label, read } = createLabelled();
    label('rust', 'a');
    annotation.undo();
    label('healthy', 'b');
    expect(annotation.redo().imageHashes).toEqual([]);
    annotation.undo();
    expect(annotation.undo().imageHashes).toEqual([]);
    expect(read()).toMatchObject({ a: null, b: null });
  });

  it('leave what an import or a model has labelled since, and never take back a step of theirs', () => {
    const { store, annotation, label, read } = createLabelled();
    label('rust', 'a', 'b');
    const classId = store.annotations.findOrAddClass('healthy');
    const changes = [hashOf('a'), hashOf('c')].map((imageHash) => ({ imageHash, classId }));
    store.annotations.recordStep({ author: 'import', source: 'import', kind: 'edit', changes }, 1);
    expect(annotation.undo().imageHashes).toEqual([hashOf('b')]);
    expect(annotation.undo().imageHashes).toEqual([]);
    expect(read()).toEqual({ a: 'healthy', b: null, c: 'healthy', d: null });
    expect(annotation.redo().imageHashes).toEqual([hashOf('b')]);
    expect(read()).toEqual({ a: 'healthy', b: 'rust', c: 'healthy', d: null });
  });

  it('agree with a list of all states, whatever is pressed', () => {
    const { annotation, label, read } = createLabelled();
    const random = createRandom(3, 'undo');
    const states = [read()];
    let now = 0;
    for (let press = 0; press < 300; press++) {
      const key = random.integer(0, 3);
      if (key === 0) {
        annotation.undo();
        now = Math.max(0, now - 1);
      } else if (key === 1) {
        annotation.redo();
        now = Math.min(states.length - 1, now + 1);
      } else {
        const className = ['rust', 'healthy', null][random.integer(0, 2)] ?? null;
        const pictures = random.shuffle(names).slice(0, random.integer(1, 4));
        if (label(className, ...pictures).changed > 0) states.splice(++now, states.length, read());
      }
      expect(read()).toEqual(states[now]);
    }
  });
});
