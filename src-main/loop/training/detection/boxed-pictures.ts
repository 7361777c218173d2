/** The truth of a dataset as a detector learns it: classes by their index, crowds and unknown classes left out. */
import type { BoxedEntry } from '../train-job.ts';
import { isCrowd } from './picture-outcomes.ts';
import type { BoxedPicture } from './views.ts';

export function toBoxedPictures(
  entries: readonly BoxedEntry[],
  classNames: readonly string[],
): BoxedPicture[] {
  const indexOf = new Map(classNames.map((className, index) => [className, index]));
  return entries.map(({ imageHash, width, height, boxes }) => ({
    imageHash,
    width,
    height,
    boxes: boxes.flatMap((box) => {
      const classIndex = indexOf.get(box.className);
      if (classIndex === undefined || isCrowd(box)) return [];
      return [{ left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height, classIndex }];
    }),
  }));
}
