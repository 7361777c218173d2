/** A real store in a temporary folder, closed and removed after the test. */
import { onTestFinished } from 'vitest';
import { openStore, type Store } from '../../../../src-main/store/store.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { insertDataset } from './insert-dataset.ts';

export function openTestStore(): Store {
  const store = openStore(createTemporaryFolder(), { create: true });
  onTestFinished(() => store.close());
  return store;
}

/** With the dataset `leaf`, version 1: two classes, no bytes behind the pictures. */
export function openTestStoreWithDataset(): Store {
  const store = openTestStore();
  insertDataset(store.db, {
    name: 'leaf',
    version: 1,
    pictures: [
      { imageHash: testHash('1'), className: 'healthy', split: 'train' },
      { imageHash: testHash('2'), className: 'rust', split: 'train' },
      { imageHash: testHash('3'), className: 'healthy', split: 'test' },
      { imageHash: testHash('4'), className: 'rust', split: 'test' },
    ],
  });
  return store;
}

/** 64 times the same hex digit. */
export function testHash<Hash extends string>(digit: string): Hash {
  return digit.repeat(64) as Hash;
}
