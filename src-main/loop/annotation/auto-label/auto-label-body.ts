/** A model at work inside its worker process: it looks at each picture, and the station is told in small parts. */
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import { loadDetector, loadPredictor } from '../../../engine/index.ts';
import type { JobBody, JobContext } from '../../../jobs/job-kind.ts';
import { measureBoxUncertainty, measureClassUncertainty } from '../../../statistics/uncertainty.ts';
import { type BlobStore, createBlobStore } from '../../../store/blobs.ts';
import { detectPictures } from '../../../vision/detect-pictures.ts';
import { toFrameDetector } from '../../../vision/frame-detector.ts';
import { preparePicture } from '../../../vision/preprocess.ts';
import type { Detection } from '../../../vision/suppression.ts';
import type { AutoLabelResult, AutoLabelSpec, AutoLabelUpdate, Suggestion } from './auto-label-job.ts';

/** Pictures that are made durable together. */
const part = 32;

/** Boxes below the confidence are not drawn, but their scores tell how sure it is that there is nothing. */
const doubtFrom = 0.05;

/** @throws {AppError} BLOB_MISSING, MODEL_UNREADABLE, PROVIDER_UNAVAILABLE, IMAGE_UNREADABLE */
export const autoLabelBody: JobBody<AutoLabelSpec, AutoLabelUpdate, AutoLabelResult> = async (
  spec,
  context,
) => {
  const blobs = createBlobStore(context.blobsDir);
  const suggestions = (spec.task === 'detection' ? detectAll : classifyAll)(spec, blobs, context);
  let done = 0;
  let waiting: Suggestion[] = [];
  const hand = async () => {
    if (waiting.length > 0) await context.commit({ suggestions: waiting });
    waiting = [];
  };
  for await (const suggestion of suggestions) {
    waiting.push(suggestion);
    done++;
    context.reportProgress(done / spec.imageHashes.length, `picture ${done} of ${spec.imageHashes.length}`);
    if (waiting.length === part) await hand();
  }
  await hand();
  return { pictures: done };
};

type Context = JobContext<AutoLabelUpdate>;

async function* detectAll(
  { imageHashes, modelHash, provider, threads, confidence }: AutoLabelSpec,
  blobs: BlobStore,
  { signal }: Context,
): AsyncGenerator<Suggestion, void, void> {
  const suppression = { confidence: Math.min(doubtFrom, confidence), overlap: 0.5, maxDetections: 300 };
  const model = await loadDetector(await blobs.read(modelHash), { provider, threads, suppression });
  try {
    const names = model.classNames ?? nameClasses(model.classCount);
    const place = model.family === 'yolox' ? 'corner' : 'centre';
    const detector = toFrameDetector(model, { place, confidence: suppression.confidence });
    const read = (index: number) => blobs.read(at(imageHashes, index));
    const options = { iou: 0.5, maxDetections: 300, tile: null, batch: 4, signal };
    let index = 0;
    for await (const { detections } of detectPictures(detector, imageHashes.length, read, options)) {
      yield toSuggestion(at(imageHashes, index++), detections, names, confidence);
    }
  } finally {
    await model.dispose();
  }
}

function toSuggestion(
  imageHash: ImageHash,
  detections: readonly Detection[],
  names: readonly string[],
  confidence: number,
): Suggestion {
  const found = detections.map(({ left, top, right, bottom, score, classIndex }) => ({
    className: names[classIndex] ?? '',
    ...{ x: left, y: top, width: right - left, height: bottom - top, score },
  }));
  const boxes = found.filter(({ score }) => score >= confidence);
  const uncertainty = measureBoxUncertainty(found, confidence);
  return {
    imageHash,
    certainty: 1 - uncertainty.lowestBox,
    className: null,
    boxes,
    score: { uncertainty, prediction: { classes: [], boxes: boxes.filter(hasArea) } },
  };
}

function hasArea({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width > 0 && height > 0;
}

async function* classifyAll(
  { imageHashes, modelHash, provider, threads }: AutoLabelSpec,
  blobs: BlobStore,
  { signal }: Context,
): AsyncGenerator<Suggestion, void, void> {
  const predictor = await loadPredictor(await blobs.read(modelHash), { provider, threads });
  try {
    const { imageSize, channels, classCount } = predictor;
    const names = predictor.classNames ?? nameClasses(classCount);
    for (let start = 0; start < imageHashes.length; start += part) {
      throwIfCancelled(signal);
      const hashes = imageHashes.slice(start, start + part);
      const pictures = await Promise.all(
        hashes.map(async (hash) => preparePicture(await blobs.read(hash), { ...imageSize, channels })),
      );
      const probabilities = await predictor.predict(Buffer.concat(pictures), hashes.length);
      for (const [index, imageHash] of hashes.entries()) {
        const row = probabilities.subarray(index * classCount, (index + 1) * classCount);
        yield toClassSuggestion(imageHash, row, names);
      }
    }
  } finally {
    await predictor.dispose();
  }
}

/** Less likely classes are not kept: beside them a label is as wrong as it can be. */
const leastProbability = 0.0005;

function toClassSuggestion(
  imageHash: ImageHash,
  probabilities: Float32Array,
  names: readonly string[],
): Suggestion {
  const classes = [...probabilities]
    .map((probability, index) => ({ className: names[index] ?? '', probability }))
    .filter(({ probability }) => probability >= leastProbability)
    .toSorted((first, second) => second.probability - first.probability);
  const [first] = classes;
  return {
    imageHash,
    certainty: first?.probability ?? 0,
    className: first?.className ?? null,
    boxes: [],
    score: { uncertainty: measureClassUncertainty(probabilities), prediction: { classes, boxes: [] } },
  };
}

/** A file without names: its outputs are told by their numbers. */
function nameClasses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `class ${index}`);
}

function at(hashes: readonly ImageHash[], index: number): ImageHash {
  const hash = hashes[index];
  if (hash === undefined) throw new Error(`bug: there is no picture ${index}`);
  return hash;
}
