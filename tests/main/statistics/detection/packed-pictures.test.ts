/** Boxes come back from the database and from other processes in buffers that begin anywhere in a larger one. */
import { expect, test } from 'vitest';
import {
  type KeptDetection,
  packDetections,
  unpackDetections,
} from '../../../../src-main/statistics/detection/packed-pictures.ts';

const detections: KeptDetection[] = [0.75, 0.5].map((score, index) => ({
  ...{ score, x: 1 + index, y: 2, width: 3.5, height: 4, overlap: 0.25 },
  ...{ classPlace: 300, outcome: 'localization', truth: -1 },
}));

test('reads detections out of the middle of a larger buffer', () => {
  const packed = packDetections(detections);
  expect(unpackDetections(packed)).toEqual(detections);
  const larger = Buffer.concat([Buffer.alloc(13, 7), packed, Buffer.alloc(5, 7)]);
  expect(unpackDetections(larger.subarray(13, 13 + packed.length))).toEqual(detections);
});
