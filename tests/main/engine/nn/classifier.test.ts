import { describe, expect, it } from 'vitest';
import { classifierArchitectures, createClassifier } from '../../../../src-main/engine/index.ts';

const options = { architecture: 'classifier-nano', classes: 10, imageSize: 28, seed: 1 } as const;

describe('createClassifier', () => {
  it('gives the same weights for the same seed and others for another', () => {
    const [first, again, other] = [1, 1, 2].map(
      (seed) => createClassifier({ ...options, seed }).initialParameters,
    );
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
  });

  it.each([
    [{ classes: 1 }, 'at least 2 classes, got 1'],
    [{ imageSize: 8 }, '16 to 1024 pixels, got 8'],
    [{ architecture: 'classifier-huge' as never }, 'got classifier-huge'],
  ])('refuses %o', (change, message) => {
    expect(() => createClassifier({ ...options, ...change })).toThrow(message);
  });
});

describe('classifierArchitectures', () => {
  it('states the parameters that the networks have, and their arithmetic', () => {
    const stated = classifierArchitectures.map(({ name, countParameters, countFlops }) => {
      const built = createClassifier({ ...options, architecture: name }).initialParameters.length;
      expect(countParameters(10)).toBe(built);
      return [name, built, countFlops(28, 10), countFlops(128, 10)];
    });
    expect(stated).toEqual([
      ['classifier-nano', 275_466, 17_814_144, 84_936_576],
      ['classifier-small', 1_965_538, 121_952_256, 578_621_184],
    ]);
  });
});
