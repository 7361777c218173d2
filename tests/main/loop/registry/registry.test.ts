import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createRegistry, type ModelDraft } from '../../../../src-main/loop/registry/registry.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { openTestStoreWithDataset, testHash } from '../../store/tables/open-test-store.ts';

const draft: ModelDraft = {
  name: 'leaf',
  runId: null,
  dataset: { name: 'leaf', version: 1 },
  architecture: 'classifier-nano',
  classNames: ['healthy', 'rust'],
  imageSize: 96,
  blobHash: testHash('a'),
  sizeBytes: 1,
  metrics: {},
};

function openRegistry() {
  const store = openTestStoreWithDataset();
  const events: StationEvent[] = [];
  const publish = (event: StationEvent) => void events.push(event);
  return { store, events, registry: createRegistry({ store, clock: systemClock, publish }) };
}

describe('the registry', () => {
  it('makes the first version champion and each later one challenger', () => {
    const { registry, events } = openRegistry();
    expect(registry.registerVersion(draft).aliases).toEqual(['champion']);
    registry.registerVersion(draft);
    expect(registry.registerVersion(draft)).toMatchObject({ version: 3, aliases: ['challenger'] });
    expect(registry.listModels()).toMatchObject([{ latestVersion: 3, champion: 1, challenger: 3 }]);
    expect(events.at(-1)).toEqual({ type: 'model.registered', name: 'leaf', version: 3 });
  });

  it('finds a version by name, alias or number', () => {
    const { registry } = openRegistry();
    for (let count = 0; count < 3; count++) registry.registerVersion(draft);
    const found = ['leaf', 'leaf@champion', 'leaf@challenger', 'leaf/2'].map(
      (reference) => registry.getVersion(reference).version,
    );
    expect(found).toEqual([1, 1, 3, 2]);
  });

  it('says what there is when a version is not there', () => {
    const { registry } = openRegistry();
    expect(() => registry.getVersion('leaf')).toThrow('there is no model leaf: none is registered yet');
    registry.registerVersion(draft);
    expect(() => registry.getVersion('leave/1')).toThrow('there is no model leave: there are leaf');
    expect(() => registry.getVersion('leaf/7')).toThrow('there is no leaf/7: it has versions 1');
    expect(() => registry.getVersion('leaf@challenger')).toThrow('there is no leaf@challenger');
    expect(() => registry.getVersion('leaf@best')).toThrow(/expected NAME/);
  });

  it('registers nothing, and tells nothing, when the transaction around it fails', () => {
    const { registry, store, events } = openRegistry();
    expect(() =>
      store.db.transaction(() => {
        registry.registerVersion(draft);
        throw new Error('the end of the run could not be written');
      }),
    ).toThrow('could not be written');
    expect(registry.listModels()).toEqual([]);
    expect(events).toEqual([]);
  });
});
