/**
 * Finds 64-bit fingerprints that differ in few bits. Norouzi, Punjani and Fleet 2012, "Fast Search in Hamming Space with
 * Multi-Index Hashing": of four parts of 16 bits one differs in a fourth of the bits at most, so that each part is
 * looked up in a table, with so many bits turned over.
 */
import { assert } from '../base/app-error.ts';

export interface NearFingerprint {
  /** In the order in which the fingerprints came. */
  readonly index: number;
  /** Bits that differ. */
  readonly distance: number;
}

export interface FingerprintIndex {
  /** All within the distance, itself left out, in no particular order. */
  findNear(index: number): NearFingerprint[];
}

/** From here on the tables would be asked for too many neighbours. */
const mostDifferentBits = 11;

const parts = 4;
const buckets = 2 ** 16;

/** Fingerprints of one part's value: those of value v stand at starts[v] to starts[v + 1]. */
interface Part {
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/**
 * @param fingerprints 16 hexadecimal digits each
 * @param distance bits that may differ, 0 to `mostDifferentBits`
 */
export function createFingerprintIndex(fingerprints: readonly string[], distance: number): FingerprintIndex {
  assert(
    distance >= 0 && distance <= mostDifferentBits,
    `fingerprints up to ${distance} bits apart are not found`,
  );
  const values = toParts(fingerprints);
  // Two words of 32 bits each: candidates lie all over memory, and are compared by one look.
  const words = new Uint32Array(values.buffer);
  const tables = Array.from({ length: parts }, (_, part) => buildPart(values, fingerprints.length, part));
  const masks = listMasks(Math.floor(distance / parts));
  const seenBy = new Int32Array(fingerprints.length).fill(-1);
  return {
    findNear: (index) => {
      const found: NearFingerprint[] = [];
      seenBy[index] = index;
      for (let part = 0; part < parts; part++) {
        const { starts, members } = tables[part] as Part;
        const own = values[index * parts + part] as number;
        for (const mask of masks) {
          const end = starts[(own ^ mask) + 1] as number;
          for (let at = starts[own ^ mask] as number; at < end; at++) {
            const other = members[at] as number;
            const difference = countBetween(words, index, other);
            if (difference > distance || seenBy[other] === index) continue;
            seenBy[other] = index;
            found.push({ index: other, distance: difference });
          }
        }
      }
      return found;
    },
  };
}

/** @param first 16 hexadecimal digits, as `second` */
export function countDifferentBits(first: string, second: string): number {
  return countBetween(new Uint32Array(toParts([first, second]).buffer), 0, 1);
}

/** `[n, 4]` */
function toParts(fingerprints: readonly string[]): Uint16Array {
  const values = new Uint16Array(fingerprints.length * parts);
  for (const [index, text] of fingerprints.entries()) {
    for (let part = 0; part < parts; part++) {
      values[index * parts + part] = Number.parseInt(text.slice(part * 4, part * 4 + 4), 16);
    }
  }
  return values;
}

function buildPart(values: Uint16Array, count: number, part: number): Part {
  const starts = new Int32Array(buckets + 1);
  const readValue = (index: number) => values[index * parts + part] as number;
  for (let index = 0; index < count; index++) {
    const next = readValue(index) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let value = 0; value < buckets; value++) {
    starts[value + 1] = (starts[value + 1] as number) + (starts[value] as number);
  }
  const free = starts.slice();
  const members = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const place = free[readValue(index)] as number;
    members[place] = index;
    free[readValue(index)] = place + 1;
  }
  return { starts, members };
}

/** Values of 16 bits with so many ones at most. */
function listMasks(mostOnes: number): number[] {
  return Array.from({ length: buckets }, (_, value) => value).filter((value) => countOnes(value) <= mostOnes);
}

/** @param words `[n, 2]` */
function countBetween(words: Uint32Array, first: number, second: number): number {
  const a = 2 * first;
  const b = 2 * second;
  const left = countOnes((words[a] as number) ^ (words[b] as number));
  return left + countOnes((words[a + 1] as number) ^ (words[b + 1] as number));
}

/** Ones in a value of 32 bits, added up side by side (Warren, Hacker's Delight, section 5-1). */
function countOnes(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
