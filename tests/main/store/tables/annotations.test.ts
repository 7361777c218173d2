import { describe, expect, it } from 'vitest';
import { hashOf, insertPictures } from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

const edit = { author: 'Ada', source: 'human', kind: 'edit' } as const;

function openWithPictures() {
  const store = openTestStore();
  insertPictures(store, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  return store;
}

describe('classes', () => {
  it('have one id for each name, colours of their own, and the order of their making', () => {
    const { annotations } = openTestStore();
    const [rust, healthy] = [annotations.findOrAddClass('rust'), annotations.findOrAddClass('healthy')];
    expect(annotations.findOrAddClass('rust')).toBe(rust);
    expect(annotations.listClasses()).toEqual([
      { id: rust, name: 'rust', position: 0, color: '#0072b2' },
      { id: healthy, name: 'healthy', position: 1, color: '#e69f00' },
    ]);
  });

  it('go on beyond the palette', () => {
    const { annotations } = openTestStore();
    for (let index = 0; index < 40; index++) annotations.findOrAddClass(`class ${index}`);
    expect(annotations.listClasses().every(({ color }) => /^#[0-9a-f]{6}$/.test(color))).toBe(true);
  });
});

describe('labelling steps', () => {
  it('write a revision for each picture that changes, and none for one that has the label', () => {
    const { annotations } = openWithPictures();
    const rust = annotations.findOrAddClass('rust');
    const label = (names: string[], classId: number | null, at: number) =>
      annotations.recordStep(
        { ...edit, changes: names.map((name) => ({ imageHash: hashOf(name), classId })) },
        at,
      );
    expect(label(['a'], rust, 1)).toEqual([hashOf('a')]);
    expect(label(['a', 'b', 'b'], rust, 2)).toEqual([hashOf('b')]);
    expect(label(['a', 'c'], null, 3)).toEqual([hashOf('a')]);
    const shared = {
      ...{ imageHash: hashOf('a'), source: 'human', author: 'Ada' },
      ...{ boxesPut: 0, boxesRemoved: 0 },
    };
    expect(annotations.listRevisions(hashOf('a'))).toEqual([
      { id: 1, className: 'rust', state: 'labelled', createdAt: 1, ...shared },
      { id: 3, className: null, state: 'none', createdAt: 3, ...shared },
    ]);
  });

  it('leave no trace where nothing changes, so that undo has nothing empty to take back', () => {
    const { annotations, db } = openWithPictures();
    expect(
      annotations.recordStep({ ...edit, changes: [{ imageHash: hashOf('a'), classId: null }] }, 1),
    ).toEqual([]);
    expect(db.all('SELECT id FROM annotation_step')).toEqual([]);
  });

  it('are written whole or not at all', () => {
    const { annotations, db } = openWithPictures();
    const classId = annotations.findOrAddClass('rust');
    const changes = [hashOf('a'), hashOf('no picture')].map((imageHash) => ({ imageHash, classId }));
    expect(() => annotations.recordStep({ ...edit, changes }, 1)).toThrow();
    expect(db.all('SELECT id FROM annotation_step')).toEqual([]);
    expect(db.all('SELECT image_hash FROM image_label')).toEqual([]);
  });
});
