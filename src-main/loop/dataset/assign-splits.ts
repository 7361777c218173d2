/** Decides the split of every picture of a new dataset version: kept, come with the import, or shared out. */
import type { SplitFractions } from '../../../src-preload/contract/dataset.ts';
import type { ImageHash, Split } from '../../../src-preload/contract/ids.ts';
import { type ClassShare, type PerSplit, shareOut } from './share-out.ts';

export interface SplitPicture {
  readonly imageHash: ImageHash;
  /** Shares hold in each group of pictures with this word: the class, or the rarest class among the boxes. */
  readonly stratum: string;
  readonly originSplit: Split | null;
}

export interface SplitRequest {
  readonly pictures: readonly SplitPicture[];
  /** Splits from versions before, which hold also where the label is another one by now. */
  readonly kept: ReadonlyMap<ImageHash, Split>;
  /** For pictures that neither are kept nor came with a split. */
  readonly fractions: SplitFractions;
  /** Whether a split that came with an import holds. */
  readonly usesOrigin: boolean;
  readonly seed: number;
}

/** Of the pictures that came for training, for each of val and test that none came for. */
const heldBackShare = 0.1;

/** @returns the split of each picture, whatever the order in which they are given. */
export function assignSplits(request: SplitRequest): Map<ImageHash, Split> {
  const { pictures, kept, usesOrigin, fractions, seed } = request;
  const assigned = new Map<ImageHash, Split>();
  for (const picture of pictures) {
    const split = kept.get(picture.imageHash) ?? (usesOrigin ? picture.originSplit : null);
    if (split) assigned.set(picture.imageHash, split);
  }
  const free = pictures.filter((picture) => !(usesOrigin && picture.originSplit));
  const shared = [shareOut(toShares(free, kept), fractions, seed)];
  if (usesOrigin) {
    const training = pictures.filter(({ originSplit }) => originSplit === 'train');
    shared.push(shareOut(toShares(training, kept), chooseHeldBack(pictures), seed));
  }
  for (const [picture, split] of shared.flatMap((part) => [...part])) assigned.set(picture, split);
  return assigned;
}

/** A split that any picture of the pool came for, in whatever import, is what the operator chose. */
function chooseHeldBack(pictures: readonly SplitPicture[]): SplitFractions {
  const shareOf = (split: Split) =>
    pictures.some(({ originSplit }) => originSplit === split) ? 0 : heldBackShare;
  const [val, test] = [shareOf('val'), shareOf('test')];
  return [1 - val - test, val, test];
}

function toShares(
  pictures: readonly SplitPicture[],
  kept: ReadonlyMap<ImageHash, Split>,
): readonly ClassShare[] {
  const classes = Map.groupBy(pictures, ({ stratum }) => stratum);
  return [...classes].map(([className, members]) => ({
    className,
    settled: countSplits(members.map(({ imageHash }) => kept.get(imageHash))),
    pictures: members.map(({ imageHash }) => imageHash).filter((imageHash) => !kept.has(imageHash)),
  }));
}

function countSplits(of: readonly (Split | undefined)[]): PerSplit {
  const counts = { train: 0, val: 0, test: 0 };
  for (const split of of) if (split) counts[split]++;
  return [counts.train, counts.val, counts.test];
}
