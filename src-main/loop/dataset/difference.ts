/** What changed from one version of a dataset to another. */
import type { DatasetDifference } from '../../../src-preload/contract/dataset.ts';
import type { Store } from '../../store/store.ts';
import type { EntryChange } from '../../store/tables/datasets.ts';

type Change = DatasetDifference['changes'][number];

const listedChanges = 1_000;

/** @param from a version, 0 for the time before the first */
export function readDifference(
  { datasets }: Pick<Store, 'datasets'>,
  name: string,
  from: number,
  to: number,
): DatasetDifference {
  const rows = datasets.listChanges(name, from, to);
  const changes = rows.flatMap((row) => toChange(row) ?? []);
  const count = (kind: Change['change']) => changes.filter(({ change }) => change === kind).length;
  return {
    name,
    from,
    to,
    added: count('added'),
    removed: count('removed'),
    relabelled: count('relabelled'),
    moved: count('moved'),
    unchanged: datasets.countShared(name, from, to) + rows.length - changes.length,
    changes: changes.slice(0, listedChanges),
  };
}

/** A picture with another label counts as relabelled, whether its split is another one too or not. */
function toChange({ imageHash, from, to }: EntryChange): Change | undefined {
  if (!from) return { imageHash, change: 'added', from, to };
  if (!to) return { imageHash, change: 'removed', from, to };
  if (from.className !== to.className) return { imageHash, change: 'relabelled', from, to };
  if (from.split !== to.split) return { imageHash, change: 'moved', from, to };
  // A picture of boxes is another row only where its boxes or its split are others.
  if (to.className === null) return { imageHash, change: 'relabelled', from, to };
  return undefined;
}
