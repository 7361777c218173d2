/** A thread beside the training: decodes, varies and packs the pictures of one batch at a time. */
import type { MessagePort } from 'node:worker_threads';
import { AppError } from '../../../base/app-error.ts';
import { createRandom, type Random } from '../../../base/random.ts';
import { createBlobStore } from '../../../store/blobs.ts';
import type { ClassBox } from '../../../vision/box-geometry.ts';
import {
  composeSample,
  type DetectionAugmentOptions,
  type DetectionSample,
  drawStepScale,
  planSample,
} from '../../../vision/detection-augment.ts';
import { openContents, type SharedContents } from './shared-contents.ts';
import { createViewReader, type ReadView } from './view-reader.ts';
import type { BoxedPicture, View } from './views.ts';

/** What a thread is started with. */
export interface SampleThreadSetup {
  readonly blobsDir: string;
  readonly pictures: readonly Pick<BoxedPicture, 'imageHash' | 'width' | 'height'>[];
  readonly views: readonly View[];
  readonly contents: SharedContents;
  /** Side of the square frame in pixels. */
  readonly imageSize: number;
  readonly augment: DetectionAugmentOptions;
  /** Boxes that a picture has room for. */
  readonly maxBoxes: number;
  readonly seed: number;
  /** Sums of the views' weights up to each: by them the other pictures of a mosaic are drawn. */
  readonly cumulativeWeights: Float64Array;
}

export interface BatchOrder {
  readonly id: number;
  /** 0-based. */
  readonly epoch: number;
  /** Pictures of the epoch before this batch. */
  readonly first: number;
  readonly indices: Int32Array;
  /** Whether pictures are still put together and mixed. */
  readonly isMosaicOpen: boolean;
}

export interface PackedBatch {
  /** `[n, size, size, 3]` RGB */
  readonly images: Uint8Array<ArrayBuffer>;
  /** `[n, maxBoxes, 4]`: left, top, right, bottom in pixels of the frame; 0 where there is none */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** `[n, maxBoxes]`; -1 where there is none */
  readonly classes: Int32Array<ArrayBuffer>;
}

export type BatchReply =
  | { readonly id: number; readonly batch: PackedBatch; readonly busyMs: number }
  | { readonly id: number; readonly error: ReturnType<AppError['toRecord']> | { readonly bug: string } };

/** Called once by a thread's entry. Batches are made in the order in which they are asked for; null ends the thread. */
export function runSampleThread(port: MessagePort, setup: SampleThreadSetup): void {
  const read = createViewReader({
    ...setup,
    blobs: createBlobStore(setup.blobsDir),
    cache: openContents(setup.contents),
  });
  let last = Promise.resolve();
  port.on('message', (order: BatchOrder | null) => {
    last = last.then(async () => {
      if (order === null) return port.close();
      const reply = await answer(setup, read, order);
      const buffers = 'batch' in reply ? Object.values(reply.batch).map(({ buffer }) => buffer) : [];
      port.postMessage(reply, buffers as ArrayBuffer[]);
    });
  });
}

async function answer(setup: SampleThreadSetup, read: ReadView, order: BatchOrder): Promise<BatchReply> {
  const startedAt = performance.now();
  try {
    const batch = await packBatch(setup, read, order);
    return { id: order.id, batch, busyMs: performance.now() - startedAt };
  } catch (error) {
    if (error instanceof AppError) return { id: order.id, error: error.toRecord() };
    return {
      id: order.id,
      error: { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    };
  }
}

/** What a batch holds depends on the seed, the epoch, and the place and index of each picture alone. */
async function packBatch(setup: SampleThreadSetup, read: ReadView, order: BatchOrder): Promise<PackedBatch> {
  const { imageSize, maxBoxes } = setup;
  const count = order.indices.length;
  const pixelCount = imageSize * imageSize * 3;
  const images = new Uint8Array(count * pixelCount);
  const boxes = new Float32Array(count * maxBoxes * 4);
  const classes = new Int32Array(count * maxBoxes).fill(-1);
  const stepScale = drawStepScale(
    createRandom(setup.seed, 'step-scale', order.epoch, order.first),
    setup.augment,
  );
  for (const [position, index] of order.indices.entries()) {
    const random = createRandom(setup.seed, 'sample', order.epoch, order.first + position, index);
    const target = images.subarray(position * pixelCount, (position + 1) * pixelCount);
    const draw = { random, index, stepScale, isMosaicOpen: order.isMosaicOpen };
    const found = await varySample(setup, read, draw, target);
    found.forEach(({ left, top, right, bottom, classIndex }, at) => {
      const slot = position * maxBoxes + at;
      boxes.set([left, top, right, bottom], 4 * slot);
      classes[slot] = classIndex;
    });
  }
  return { images, boxes, classes };
}

interface Draw {
  readonly random: Random;
  readonly index: number;
  /** Of all pictures of the step. */
  readonly stepScale: number;
  readonly isMosaicOpen: boolean;
}

async function varySample(
  setup: SampleThreadSetup,
  read: ReadView,
  { random, index, stepScale, isMosaicOpen }: Draw,
  target: Uint8Array,
): Promise<ClassBox[]> {
  const { augment, imageSize, views, maxBoxes } = setup;
  const load = async (at: number): Promise<DetectionSample> => ({
    picture: await read(at),
    boxes: (views[at] as View).boxes,
  });
  const compose = async (layers: readonly (readonly number[])[]) => {
    const samples = await Promise.all(layers.map((layer) => Promise.all(layer.map(load))));
    return composeSample(random, augment, samples, target, { size: imageSize, stepScale });
  };
  const chances = isMosaicOpen ? augment : { mosaic: 0, mixup: 0 };
  const plan = planSample(random, chances, index, (stream) => drawView(setup.cumulativeWeights, stream));
  const boxes = await compose(plan.layers);
  // Four crowded pictures may hold more than there is room for; one of them does not.
  return boxes.length <= maxBoxes ? boxes : (await compose([[index]])).slice(0, maxBoxes);
}

function drawView(cumulativeWeights: Float64Array, random: Random): number {
  const wanted = random.next() * (cumulativeWeights.at(-1) ?? 0);
  let [low, high] = [0, cumulativeWeights.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulativeWeights[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
