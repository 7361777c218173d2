import { describe, expect, it } from 'vitest';
import type { NewModelVersion } from '../../../../src-main/store/tables/models.ts';
import { openTestStoreWithDataset, testHash } from './open-test-store.ts';

const newVersion: NewModelVersion = {
  name: 'leaf',
  runId: null,
  dataset: { name: 'leaf', version: 1 },
  architecture: 'classifier-nano',
  classNames: ['healthy', 'rust'],
  imageSize: 96,
  blobHash: testHash('a'),
  sizeBytes: 1000,
  metrics: { accuracy: 0.97 },
  createdAt: 10,
};

describe('models', () => {
  it('numbers the versions of each name from 1', () => {
    const { models } = openTestStoreWithDataset();
    expect(models.insertVersion(newVersion)).toBe(1);
    expect(models.insertVersion({ ...newVersion, createdAt: 20 })).toBe(2);
    expect(models.insertVersion({ ...newVersion, name: 'other', dataset: null, createdAt: 30 })).toBe(1);
    expect(models.listVersions('leaf').map(({ version }) => version)).toEqual([2, 1]);
    expect(models.findVersion('leaf', 1)).toEqual({ ...newVersion, version: 1, aliases: [] });
  });

  it('moves an alias, and tells it with the version and the model', () => {
    const { models } = openTestStoreWithDataset();
    models.insertVersion(newVersion);
    models.insertVersion(newVersion);
    models.setAlias('leaf', 'champion', 1);
    models.setAlias('leaf', 'challenger', 2);
    models.setAlias('leaf', 'champion', 2);
    expect(models.findVersion('leaf', 2)?.aliases).toEqual(['challenger', 'champion']);
    models.dropAlias('leaf', 'challenger', 1);
    expect(models.findAlias('leaf', 'challenger')).toBe(2);
    models.dropAlias('leaf', 'challenger', 2);
    expect(models.list()).toEqual([
      { name: 'leaf', createdAt: 10, latestVersion: 2, champion: 2, challenger: null },
    ]);
  });

  it('can not point an alias at a version that does not exist', () => {
    const { models } = openTestStoreWithDataset();
    models.insertVersion(newVersion);
    expect(() => models.setAlias('leaf', 'champion', 2)).toThrow(/FOREIGN KEY/);
  });
});
