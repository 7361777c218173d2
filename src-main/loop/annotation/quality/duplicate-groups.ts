/** Pictures that look alike, in groups: found once, and then looked at again as decisions fall. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { FingerprintedPicture } from '../../../store/tables/quality.ts';
import { countDifferentBits, createFingerprintIndex } from '../../../vision/fingerprint-index.ts';

export interface FoundGroup {
  /** The oldest first: the others are within the distance of it. */
  readonly pictures: readonly {
    readonly imageHash: ImageHash;
    readonly distance: number;
    /** As the oldest, in another file. */
    readonly isSame: boolean;
  }[];
  readonly isExact: boolean;
}

/** What has been decided already. */
export interface Decided {
  readonly isSetAside: (imageHash: ImageHash) => boolean;
  readonly areKeptTogether: (first: ImageHash, second: ImageHash) => boolean;
}

/** Lookups between two turns of the station: some milliseconds. */
const lookupsATurn = 200;

/**
 * Pictures that hang together by steps of the distance at most; alone standing ones are left out. The station works on
 * meanwhile.
 * @param pictures the oldest first
 */
export async function findLookalikes(
  pictures: readonly FingerprintedPicture[],
  distance: number,
): Promise<FingerprintedPicture[][]> {
  const index = createFingerprintIndex(
    pictures.map(({ fingerprint }) => fingerprint),
    distance,
  );
  const isTaken = new Uint8Array(pictures.length);
  const found: FingerprintedPicture[][] = [];
  for (const first of pictures.keys()) {
    if (first % lookupsATurn === lookupsATurn - 1) await nextTurn();
    if (isTaken[first]) continue;
    const members = [first];
    isTaken[first] = 1;
    for (const member of members) {
      for (const { index: other } of index.findNear(member)) {
        if (isTaken[other]) continue;
        isTaken[other] = 1;
        members.push(other);
      }
      if (members.length % lookupsATurn === 0) await nextTurn();
    }
    if (members.length > 1) found.push(pick(pictures, members));
  }
  return found;
}

function pick(pictures: readonly FingerprintedPicture[], members: readonly number[]): FingerprintedPicture[] {
  return members.toSorted((first, second) => first - second).flatMap((member) => pictures[member] ?? []);
}

/** The groups that are still to be decided, those with the same pixels first. */
export function groupUndecided(
  lookalikes: readonly (readonly FingerprintedPicture[])[],
  distance: number,
  decided: Decided,
): FoundGroup[] {
  const groups = lookalikes.flatMap((pictures) => splitGroup(pictures, distance, decided));
  return [...groups.filter(({ isExact }) => isExact), ...groups.filter(({ isExact }) => !isExact)];
}

/** Around the oldest picture, then around the oldest of the rest, and so on. */
function splitGroup(
  pictures: readonly FingerprintedPicture[],
  distance: number,
  { isSetAside, areKeptTogether }: Decided,
): FoundGroup[] {
  const groups: FoundGroup[] = [];
  let left = pictures.filter(({ imageHash }) => !isSetAside(imageHash));
  while (left.length > 1) {
    const [oldest, ...others] = left as [FingerprintedPicture, ...FingerprintedPicture[]];
    const near = others
      .map((picture) => ({
        picture,
        distance: countDifferentBits(oldest.fingerprint, picture.fingerprint),
      }))
      .filter((one) => one.distance <= distance && !areKeptTogether(oldest.imageHash, one.picture.imageHash));
    if (near.length > 0) {
      const all = [{ picture: oldest, distance: 0 }, ...near];
      groups.push({
        pictures: all.map((one) => ({
          imageHash: one.picture.imageHash,
          distance: one.distance,
          isSame: one.picture.pixelDigest === oldest.pixelDigest,
        })),
        isExact: near.every(({ picture }) => picture.pixelDigest === oldest.pixelDigest),
      });
    }
    const isGrouped = new Set(near.map(({ picture }) => picture));
    left = others.filter((picture) => !isGrouped.has(picture));
  }
  return groups;
}
