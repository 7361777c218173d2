import { expect, it } from 'vitest';
import type { NewVersion } from '../../../../src-main/store/tables/datasets.ts';
import { hashOf, insertPictures } from './insert-pictures.ts';
import { openTestStore } from './open-test-store.ts';

const version: NewVersion = {
  ...{
    name: 'leaf',
    task: 'classification',
    seed: 0,
    splits: null,
    classNames: ['rust'],
    counts: { train: 1, val: 0, test: 0 },
  },
  ...{ digest: 'digest', createdAt: 5, ended: [], begun: [] },
};

function openWithPicture() {
  const store = openTestStore();
  insertPictures(store, [{ name: 'a', className: 'rust' }]);
  const entry = { imageHash: hashOf('a'), revisionId: 1, classId: 1, split: 'train' as const };
  return { ...store, entry };
}

it('a picture is a member from the version that it came with until the one that it left with', () => {
  const { datasets, entry } = openWithPicture();
  expect(datasets.insertVersion({ ...version, begun: [entry] })).toBe(1);
  expect(datasets.insertVersion(version)).toBe(2);
  expect(datasets.insertVersion({ ...version, ended: [entry.imageHash] })).toBe(3);
  expect(datasets.insertVersion({ ...version, begun: [{ ...entry, split: 'test' }] })).toBe(4);
  const splits = [1, 2, 3, 4].map((number) => datasets.listEntries('leaf', number).map(({ split }) => split));
  expect(splits).toEqual([['train'], ['train'], [], ['test']]);
  expect(datasets.readLastSplits('leaf')).toEqual(new Map([[entry.imageHash, 'test']]));
});

it('datasets number their versions by themselves, and list them newest first', () => {
  const { datasets } = openWithPicture();
  datasets.insertVersion(version);
  datasets.insertVersion({ ...version, name: 'other' });
  datasets.insertVersion(version);
  expect(datasets.listVersions().map((made) => `${made.name}@${made.version}`)).toEqual([
    'leaf@2',
    'other@1',
    'leaf@1',
  ]);
  expect(datasets.findVersion('leaf')).toMatchObject({ version: 2, parentVersion: 1, classNames: ['rust'] });
  expect(datasets.findVersion('leaf', 3)).toBeUndefined();
});

it('a version whose picture is not there is not made', () => {
  const { datasets, entry } = openWithPicture();
  const begun = [{ ...entry, imageHash: hashOf('nowhere') }];
  expect(() => datasets.insertVersion({ ...version, begun })).toThrow();
  expect(datasets.listVersions()).toEqual([]);
});
