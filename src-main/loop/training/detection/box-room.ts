/** How many boxes a training picture has room for: memory and time of the assignment grow with it. */
import { createRandom } from '../../../base/random.ts';
import {
  type DetectionAugmentOptions,
  drawBoxes,
  drawStepScale,
  planSample,
} from '../../../vision/detection-augment.ts';
import type { View } from './views.ts';

/** Drawn to see how many boxes mosaics hold. */
const trials = 400;
/** Room comes in such steps, so that similar data sets have the same graph. */
const roomStep = 16;

/**
 * Enough for every picture alone and for all but the fullest of its mosaics, which are then shown as one picture.
 * @param share of the mosaics that must fit
 */
export function chooseBoxRoom(
  views: readonly View[],
  augment: DetectionAugmentOptions,
  imageSize: number,
  seed: number,
  share = 0.995,
): number {
  const single = Math.max(1, ...views.map(({ boxes }) => boxes.length));
  const counts = Array.from({ length: trials }, (_, trial) => {
    const random = createRandom(seed, 'box-room', trial);
    const draw = () => random.integer(0, views.length - 1);
    const { layers } = planSample(random, augment, draw(), draw);
    return drawBoxes(
      random,
      augment,
      layers.map((layer) => layer.map((at) => views[at] as View)),
      { size: imageSize, stepScale: drawStepScale(random, augment) },
    );
  });
  const wanted = counts.sort((first, second) => first - second)[Math.floor(share * (trials - 1))] ?? 0;
  return roomStep * Math.ceil(Math.max(single, wanted) / roomStep);
}
