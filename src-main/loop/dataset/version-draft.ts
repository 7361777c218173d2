/** Works out what a new dataset version would hold, from the labels as they are and the version before it. */
import { createHash } from 'node:crypto';
import type { DatasetVersion, SplitCounts, SplitFractions } from '../../../src-preload/contract/dataset.ts';
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import type { DatasetEntry, LabelledPicture, NewEntry, NewVersion } from '../../store/tables/datasets.ts';
import { assignSplits } from './assign-splits.ts';
import { compareNaturally } from './natural-order.ts';

/** Where neither the caller nor the version before names any. */
export const defaultFractions: SplitFractions = [0.7, 0.2, 0.1];

export interface DraftRequest {
  readonly pictures: readonly LabelledPicture[];
  readonly parent: DatasetVersion | undefined;
  readonly parentEntries: readonly DatasetEntry[];
  readonly lastSplits: ReadonlyMap<ImageHash, Split>;
  readonly splits: SplitFractions | undefined;
  readonly seed: number;
}

export type VersionDraft = Omit<NewVersion, 'name' | 'seed' | 'createdAt'> & {
  /** By which pictures without a split were shared out. */
  readonly fractions: SplitFractions;
  /** Whether any picture was to be shared out, now or in a version before. */
  readonly hasFreePictures: boolean;
};

/** @param request with pictures and entries in the order of their hashes */
export function draftVersion(request: DraftRequest): VersionDraft {
  const { pictures, parent, splits, seed } = request;
  const fractions = splits ?? parent?.splits ?? defaultFractions;
  const isSharedAnew = splits !== undefined && !(parent?.splits && areEqual(splits, parent.splits));
  const usesOrigin = splits === undefined;
  const kept = isSharedAnew ? new Map<ImageHash, Split>() : request.lastSplits;
  const assigned = assignSplits({ pictures, kept, fractions, usesOrigin, seed });
  const members = pictures.map((picture) => ({
    ...picture,
    split: assigned.get(picture.imageHash) ?? 'train',
  }));
  return {
    splits: splits ?? parent?.splits ?? null,
    fractions,
    hasFreePictures: pictures.some(({ originSplit }) => !(usesOrigin && originSplit)),
    classNames: [...new Set(members.map(({ className }) => className))].sort(compareNaturally),
    counts: countSplits(members),
    digest: digestManifest(members),
    ...findChanges(request.parentEntries, members),
  };
}

function areEqual(a: SplitFractions, b: SplitFractions): boolean {
  return a.every((fraction, index) => Math.abs(fraction - (b[index] ?? 0)) < 1e-9);
}

function countSplits(members: readonly { readonly split: Split }[]): SplitCounts {
  const counts = { train: 0, val: 0, test: 0 };
  for (const { split } of members) counts[split]++;
  return counts;
}

/** sha-256 over one line per picture, `hash TAB class TAB split`, by hash. */
function digestManifest(members: readonly DatasetEntry[]): string {
  const digest = createHash('sha256');
  for (const { imageHash, className, split } of members)
    digest.update(`${imageHash}\t${className}\t${split}\n`);
  return digest.digest('hex');
}

function findChanges(
  parentEntries: readonly DatasetEntry[],
  members: readonly (DatasetEntry & NewEntry)[],
): Pick<NewVersion, 'ended' | 'begun'> {
  const before = new Map(parentEntries.map((entry) => [entry.imageHash, entry]));
  const begun = members.filter((member) => {
    const entry = before.get(member.imageHash);
    const isSame = entry?.className === member.className && entry.split === member.split;
    if (isSame) before.delete(member.imageHash);
    return !isSame;
  });
  return { begun, ended: [...before.keys()] };
}
