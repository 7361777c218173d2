/** Runs a detector over pictures, several frames at once, and tells what lies where in each of them. */
import { throwIfCancelled } from '../base/cancellation.ts';
import type { Size } from './box-geometry.ts';
import { type Frame, type FrameFindings, joinFrames, readFrames, toPictureDetections } from './frames.ts';
import type { Detection, SuppressionOptions } from './suppression.ts';

/** A detector that is loaded. */
export interface FrameDetector {
  readonly imageSize: Size;
  /** Where in the frame it wants a picture that does not fill it. */
  readonly place: 'centre' | 'corner';
  /**
   * @param frames `[count, height, width, 3]` RGB
   * @returns for each frame what it shows, in its pixels, the surest first, duplicates suppressed
   */
  detect(frames: Uint8Array, count: number): Promise<readonly (readonly Detection[])[]>;
}

export interface DetectOptions extends SuppressionOptions {
  /** Side of the tiles in pixels of the picture; null: pictures are looked at whole. */
  readonly tile: number | null;
  /** Frames in one run. */
  readonly batch: number;
  readonly signal?: AbortSignal;
}

export interface DetectedPicture {
  readonly picture: Size;
  /** In pixels of the upright picture, the surest first. */
  readonly detections: readonly Detection[];
}

/**
 * In the order of the pictures; the next frames are decoded while some are looked at.
 * @param readPicture the picture's bytes
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE, and what `readPicture` throws
 */
export async function* detectPictures(
  detector: FrameDetector,
  count: number,
  readPicture: (index: number) => Promise<Uint8Array>,
  options: DetectOptions,
): AsyncGenerator<DetectedPicture, void, void> {
  const frames = readAll(detector, count, readPicture, options);
  let found: FrameFindings[] = [];
  for await (const batch of inBatches(frames, options.batch)) {
    if (options.signal) throwIfCancelled(options.signal);
    const answers = await detector.detect(joinPixels(batch), batch.length);
    for (const [index, frame] of batch.entries()) {
      found.push(toPictureDetections(answers[index] ?? [], frame));
      if (!frame.isLast) continue;
      yield { picture: frame.picture, detections: joinFrames(found, options) };
      found = [];
    }
  }
}

/** Whole pictures as the detector takes them, one frame each and one after the other, for timing it alone. */
export function supplyFrames(
  { imageSize: frame, place }: Pick<FrameDetector, 'imageSize' | 'place'>,
  count: number,
  readPicture: (index: number) => Promise<Uint8Array>,
) {
  const readWhole = async (index: number): Promise<Uint8Array> => {
    const frames = readFrames(await readPicture(index), { frame, place, tile: null });
    const { value } = await frames.next();
    return value?.pixels ?? new Uint8Array();
  };
  return {
    count,
    load: async (start: number, length: number): Promise<Uint8Array> =>
      Buffer.concat(await Promise.all(Array.from({ length }, (_, index) => readWhole(start + index)))),
  };
}

/** Pictures that are being read at once. */
const picturesAhead = 8;

async function* readAll(
  { imageSize, place }: FrameDetector,
  count: number,
  readPicture: (index: number) => Promise<Uint8Array>,
  { tile }: DetectOptions,
): AsyncGenerator<Frame, void, void> {
  const open = (index: number) => {
    const begun = begin(async () => readFrames(await readPicture(index), { frame: imageSize, place, tile }));
    begun.catch(() => undefined);
    return begun;
  };
  const queue: ReturnType<typeof open>[] = [];
  for (let index = 0; index < Math.min(count, picturesAhead); index++) queue.push(open(index));
  for (let index = 0; index < count; index++) {
    const { first, rest } = await (queue.shift() as ReturnType<typeof open>);
    if (index + picturesAhead < count) queue.push(open(index + picturesAhead));
    if (first) yield first;
    yield* rest;
  }
}

/** The first frame, so that decoding begins before it is asked for; those of tiles come one by one. */
async function begin(open: () => Promise<AsyncGenerator<Frame, void, void>>) {
  const rest = await open();
  const { value } = await rest.next();
  return { first: value ?? undefined, rest };
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, void> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function joinPixels(batch: readonly Frame[]): Uint8Array {
  return batch.length === 1 ? (batch[0] as Frame).pixels : Buffer.concat(batch.map(({ pixels }) => pixels));
}
