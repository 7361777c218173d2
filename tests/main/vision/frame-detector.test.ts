import { expect, it } from 'vitest';
import { toFrameDetector } from '../../../src-main/vision/frame-detector.ts';

it('tells of each frame the rows that are detections: certain enough, and numbers', async () => {
  const rows = {
    k: 3,
    boxes: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 1, 1, 2, 2, Number.NaN, 0, 1, 1, 0, 0, 9, 9),
    scores: Float32Array.of(0.9, 0.2, 0, 0.5, 0.4, Number.NaN),
    classes: Float32Array.of(1, 0, 0, 2, 0, 0),
  };
  const detector = toFrameDetector(
    { imageSize: 8, detect: () => Promise.resolve(rows) },
    { place: 'corner', confidence: 0.25 },
  );
  expect(detector).toMatchObject({ imageSize: { width: 8, height: 8 }, place: 'corner' });
  const found = await detector.detect(new Uint8Array(2 * 8 * 8 * 3), 2);
  expect(
    found.map((frame) => frame.map(({ score, ...box }) => ({ ...box, score: score.toFixed(1) }))),
  ).toEqual([
    [{ left: 1, top: 2, right: 3, bottom: 4, classIndex: 1, score: '0.9' }],
    [{ left: 1, top: 1, right: 2, bottom: 2, classIndex: 2, score: '0.5' }],
  ]);
});
