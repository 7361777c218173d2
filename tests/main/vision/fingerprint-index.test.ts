/** What `fingerprint-index` promises: the same as asking every pair, in seconds for 100,000. */
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../src-main/base/random.ts';
import { createFingerprintIndex } from '../../../src-main/vision/fingerprint-index.ts';

function drawFingerprint(random: Random): bigint {
  return [0, 1, 2, 3].reduce((bits) => (bits << 16n) | BigInt(random.integer(0, 65_535)), 0n);
}

/** Every fourth is an earlier one with up to 13 bits turned over. */
function drawFingerprints(random: Random, count: number): bigint[] {
  const drawn: bigint[] = [];
  for (let index = 0; index < count; index++) {
    let bits = drawFingerprint(random);
    if (index % 4 === 3) {
      bits = drawn[random.integer(0, index - 1)] as bigint;
      const turned = random.integer(0, 13);
      for (let at = 0; at < turned; at++) bits ^= 1n << BigInt(random.integer(0, 63));
    }
    drawn.push(bits);
  }
  return drawn;
}

const toText = (bits: bigint) => bits.toString(16).padStart(16, '0');

function distanceOf(first: bigint, second: bigint): number {
  return (first ^ second).toString(2).replaceAll('0', '').length;
}

describe('fingerprint index', () => {
  it.each([0, 3, 4, 8, 11])('finds what a look at every pair finds, up to %i bits apart', (distance) => {
    const drawn = drawFingerprints(createRandom(3, 'fingerprints', distance), 400);
    const index = createFingerprintIndex(drawn.map(toText), distance);
    for (const [own, bits] of drawn.entries()) {
      const expected = drawn
        .map((other, at) => ({ index: at, distance: distanceOf(bits, other) }))
        .filter((near) => near.index !== own && near.distance <= distance);
      expect(index.findNear(own).toSorted((a, b) => a.index - b.index)).toEqual(expected);
    }
  });

  it('looks up all of 100,000 in seconds', () => {
    const drawn = drawFingerprints(createRandom(4, 'many'), 100_000).map(toText);
    const startedAt = process.cpuUsage();
    const index = createFingerprintIndex(drawn, 6);
    let near = 0;
    for (const own of drawn.keys()) near += index.findNear(own).length;
    const seconds = process.cpuUsage(startedAt).user / 1e6;
    console.info(`100,000 fingerprints, 6 bits: ${near / 2} pairs in ${seconds.toFixed(2)} s of one core`);
    expect(near).toBeGreaterThan(10_000);
    expect(seconds).toBeLessThan(15);
  });
});
