/** What a training step of any detector is fed, and how it starts. */
import type { Expressions } from '../../graph/expressions.ts';
import type { Value } from '../../graph/ops.ts';
import { sizeOf } from '../../graph/tensor.ts';
import type { FeedSpec } from '../trainable-model.ts';

/** `images` uint8, `boxes` x1, y1, x2, y2 in pixels of the input, `classes` with -1 for rows without an object. */
export function listDetectionFeeds(batchSize: number, imageSize: number, maxBoxes: number): FeedSpec[] {
  return [
    { name: 'images', dtype: 'uint8', shape: [batchSize, imageSize, imageSize, 3] },
    { name: 'boxes', dtype: 'float32', shape: [batchSize, maxBoxes, 4] },
    { name: 'classes', dtype: 'int32', shape: [batchSize, maxBoxes] },
  ];
}

/** One of the inputs that listFeeds names. */
export function takeFeed(feeds: ReadonlyMap<string, Value>, name: string): Value {
  const feed = feeds.get(name);
  if (!feed) throw new Error(`bug: the training graph has no ${name}`);
  return feed;
}

/** The logit of the share of points that answer for an object of a class, at five objects in 640 pixels (YOLOv8). */
export function classPrior(stride: number, classes: number): number {
  const share = 5 / classes / (640 / stride) ** 2;
  return -Math.log((1 - share) / share);
}

/** `[n, 4 bins, a]` to `[n, 4, a, bins]` */
export function splitDistances(e: Expressions, x: Value): Value {
  const [n, a] = [sizeOf(x.shape, 0), sizeOf(x.shape, 2)];
  const bins = sizeOf(x.shape, 1) / 4;
  return e.transpose(e.reshape(x, [n, 4, bins, a]), [0, 1, 3, 2]);
}
