/** A loaded detector as one that looks at frames: its rows of numbers become detections. */
import type { FrameDetector } from './detect-pictures.ts';
import type { Detection } from './suppression.ts';

/** What a detector gives, whatever its family. */
export interface RowDetector {
  /** Side of its square input in pixels. */
  readonly imageSize: number;
  /** @param images `[count, imageSize, imageSize, 3]` RGB */
  detect(images: Uint8Array, count: number): Promise<DetectionRows>;
}

/** Of each image k rows by falling score; rows past the last have score 0. */
export interface DetectionRows {
  readonly k: number;
  /** `[count, k, 4]` left, top, right, bottom in pixels of the input */
  readonly boxes: Float32Array;
  /** `[count, k]` */
  readonly scores: Float32Array;
  /** `[count, k]` */
  readonly classes: Float32Array;
}

export interface FrameDetectorOptions {
  /** YOLOX looks at pictures in the upper left corner of its input, all others in its centre. */
  readonly place: 'centre' | 'corner';
  /** Detections below it are left out; 0 keeps all. */
  readonly confidence: number;
}

export function toFrameDetector(
  { imageSize, detect }: RowDetector,
  { place, confidence }: FrameDetectorOptions,
): FrameDetector {
  return {
    imageSize: { width: imageSize, height: imageSize },
    place,
    detect: async (frames, count) => {
      const rows = await detect(frames, count);
      return Array.from({ length: count }, (_, image) => readRows(rows, image, confidence));
    },
  };
}

function readRows(
  { k, boxes, scores, classes }: DetectionRows,
  image: number,
  confidence: number,
): Detection[] {
  const found: Detection[] = [];
  for (let row = image * k; row < (image + 1) * k; row++) {
    const score = scores[row] ?? 0;
    const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * row, 4 * row + 4);
    // A foreign model may give what is no number: it is no detection either.
    if (!(score > 0 && score >= confidence && Number.isFinite(left + top + right + bottom))) continue;
    found.push({ left, top, right, bottom, score, classIndex: classes[row] ?? 0 });
  }
  return found;
}
