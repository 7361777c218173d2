/** Works out what a new dataset version would hold, from the labels as they are and the version before it. */
import { createHash } from 'node:crypto';
import type { DatasetVersion, SplitCounts, SplitFractions } from '../../../src-preload/contract/dataset.ts';
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import type { Task } from '../../../src-preload/contract/task.ts';
import type { NewEntry, NewVersion } from '../../store/tables/datasets.ts';
import { assignSplits, type SplitPicture } from './assign-splits.ts';
import { compareNaturally } from './natural-order.ts';

/** Where neither the caller nor the version before names any. */
export const defaultFractions: SplitFractions = [0.7, 0.2, 0.1];

export interface DraftPicture extends SplitPicture {
  readonly revisionId: number;
  readonly classId: number | null;
  /** What the picture shows: equal texts are equal labels. */
  readonly content: string;
}

export interface DraftEntry {
  readonly imageHash: ImageHash;
  readonly content: string;
  readonly split: Split;
}

export interface DraftRequest {
  readonly task: Task;
  readonly pictures: readonly DraftPicture[];
  /** The classes of the pictures or of their boxes. */
  readonly classNames: readonly string[];
  readonly parent: DatasetVersion | undefined;
  readonly parentEntries: readonly DraftEntry[];
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
  const { task, pictures, parent, splits, seed } = request;
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
    task,
    splits: splits ?? parent?.splits ?? null,
    fractions,
    hasFreePictures: pictures.some(({ originSplit }) => !(usesOrigin && originSplit)),
    classNames: [...request.classNames].sort(compareNaturally),
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

/** sha-256 over one line per picture, `hash TAB content TAB split`, by hash. */
function digestManifest(members: readonly DraftEntry[]): string {
  const digest = createHash('sha256');
  for (const { imageHash, content, split } of members) digest.update(`${imageHash}\t${content}\t${split}\n`);
  return digest.digest('hex');
}

function findChanges(
  parentEntries: readonly DraftEntry[],
  members: readonly (DraftEntry & NewEntry)[],
): Pick<NewVersion, 'ended' | 'begun'> {
  const before = new Map(parentEntries.map((entry) => [entry.imageHash, entry]));
  const begun = members.filter((member) => {
    const entry = before.get(member.imageHash);
    const isSame = entry?.content === member.content && entry.split === member.split;
    if (isSame) before.delete(member.imageHash);
    return !isSame;
  });
  return { begun, ended: [...before.keys()] };
}
