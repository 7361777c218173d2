/**
 * The search for pictures that look alike among 100,000: lookups by parts of the fingerprint against a look at every
 * pair, in one run, on the same fingerprints, with the same answer. A thousand lookups are compared; the index is built
 * within its time. The look at every pair counts bits as fast as JavaScript can, two words of 32 bits a picture.
 */
import { createRandom } from '../../src-main/base/random.ts';
import { createFingerprintIndex } from '../../src-main/vision/fingerprint-index.ts';

const pictures = 100_000;
const lookups = 1_000;

const fingerprints = drawFingerprints();
const words = new Uint32Array(fingerprints.flatMap((text) => [wordAt(text, 0), wordAt(text, 8)]));
for (const distance of [0, 3, 6, 8, 11]) {
  const all = measure(() => findAll(distance, pictures));
  const few = measure(() => findAll(distance, lookups));
  const pairs = measure(() => lookAtPairs(distance));
  if (few.found !== pairs.found) throw new Error(`${few.found} found by parts, ${pairs.found} at every pair`);
  const whole = (pairs.seconds * pictures) / lookups;
  console.log(
    `${pictures} pictures, ${distance} bits of 64: ${all.seconds.toFixed(2)} s in all, ${few.seconds.toFixed(2)} s for ` +
      `${lookups}; every pair ${pairs.seconds.toFixed(2)} s for ${lookups}, ${whole.toFixed(0)} s in all: ` +
      `${(whole / all.seconds).toFixed(0)} times as long`,
  );
}

/** Every fourth is an earlier one with up to 13 bits turned over. */
function drawFingerprints(): string[] {
  const random = createRandom(1, 'fingerprints');
  const drawn: bigint[] = [];
  for (let index = 0; index < pictures; index++) {
    let bits = [0, 1, 2, 3].reduce((sum) => (sum << 16n) | BigInt(random.integer(0, 65_535)), 0n);
    if (index % 4 === 3) {
      bits = drawn[random.integer(0, index - 1)] as bigint;
      for (let turned = random.integer(0, 13); turned > 0; turned--)
        bits ^= 1n << BigInt(random.integer(0, 63));
    }
    drawn.push(bits);
  }
  return drawn.map((bits) => bits.toString(16).padStart(16, '0'));
}

function wordAt(text: string, start: number): number {
  return Number.parseInt(text.slice(start, start + 8), 16);
}

function findAll(distance: number, count: number): number {
  const index = createFingerprintIndex(fingerprints, distance);
  let found = 0;
  for (let own = 0; own < count; own++) found += index.findNear(own).length;
  return found;
}

function lookAtPairs(distance: number): number {
  let found = 0;
  for (let own = 0; own < lookups; own++) {
    const high = words[2 * own] as number;
    const low = words[2 * own + 1] as number;
    for (let other = 0; other < pictures; other++) {
      const differing =
        countOnes(high ^ (words[2 * other] as number)) + countOnes(low ^ (words[2 * other + 1] as number));
      if (differing <= distance && other !== own) found++;
    }
  }
  return found;
}

/** Warren, Hacker's Delight, section 5-1. */
function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Processor time: other work on the machine does not count. */
function measure(work: () => number): { readonly found: number; readonly seconds: number } {
  const startedAt = process.cpuUsage();
  const found = work();
  return { found, seconds: process.cpuUsage(startedAt).user / 1e6 };
}
