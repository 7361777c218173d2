import { expect, it } from 'vitest';
import { openTestStoreWithDataset, testHash } from './open-test-store.ts';

it('keeps every switch in order, with the time it took once that is known', () => {
  const { deployments, models } = openTestStoreWithDataset();
  for (const createdAt of [1, 2]) {
    models.insertVersion({
      name: 'leaf',
      runId: null,
      dataset: null,
      architecture: 'classifier-nano',
      classNames: ['healthy', 'rust'],
      imageSize: 96,
      blobHash: testHash('a'),
      sizeBytes: 1,
      metrics: {},
      createdAt,
    });
  }
  const event = {
    model: 'leaf',
    kind: 'promote',
    fromVersion: null,
    toVersion: 1,
    reason: '',
    actor: 'operator',
    at: 3,
    comparison: null,
  } as const;
  deployments.insert(event);
  const id = deployments.insert({ ...event, fromVersion: 1, toVersion: 2, at: 4 });
  deployments.recordSwitch(id, 12.5);
  expect(deployments.list('leaf')).toEqual([
    { ...event, id, fromVersion: 1, toVersion: 2, at: 4, switchMs: 12.5 },
    { ...event, id: id - 1, switchMs: null },
  ]);
  expect(deployments.listSwitches('leaf')).toEqual([
    { kind: 'promote', toVersion: 1 },
    { kind: 'promote', toVersion: 2 },
  ]);
  expect(() => deployments.insert({ ...event, toVersion: 3 })).toThrow(/FOREIGN KEY/);
});
