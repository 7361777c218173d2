/** A classifier's file tried on the pictures of a split. */
import { systemClock } from '../../base/clock.ts';
import { loadPredictor, type Predictor } from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import { measureClassification } from '../../statistics/classification-metrics.ts';
import {
  classifyPictures,
  measureLatency,
  type PictureSupply,
  toClassificationReport,
} from '../../statistics/classifier-measurement.ts';
import { type BlobStore, createBlobStore } from '../../store/blobs.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';
import { preparePicture } from '../../vision/preprocess.ts';
import { mapClasses, mapProbabilities } from './class-mapping.ts';
import type { ClassifierResult, ClassifierSpec, ModelReading } from './evaluate-job.ts';

/** @throws {AppError} BLOB_MISSING, MODEL_UNREADABLE, MODEL_CLASSES_MISMATCH, IMAGE_UNREADABLE */
export async function evaluateClassifier(
  spec: ClassifierSpec,
  context: JobContext<never>,
): Promise<ClassifierResult> {
  const blobs = createBlobStore(context.blobsDir);
  const predictor = await openPredictor(spec, await blobs.read(spec.modelHash));
  try {
    return await evaluate(spec, context, predictor, createSupply(spec, blobs, predictor));
  } finally {
    await predictor.dispose();
  }
}

async function evaluate(
  spec: ClassifierSpec,
  context: JobContext<never>,
  predictor: Predictor,
  supply: PictureSupply,
): Promise<ClassifierResult> {
  const modelNames = spec.reading.classNames ?? predictor.classNames;
  const mapping = mapClasses(spec.classNames, modelNames, predictor.classCount);
  const raw = await classifyPictures(predictor, supply, {
    signal: context.signal,
    onProgress: (done) =>
      context.reportProgress((0.95 * done) / supply.count, `picture ${done} of ${supply.count}`),
  });
  const probabilities = mapProbabilities(mapping, raw);
  const { classNames } = mapping;
  const figures = measureClassification({
    classCount: classNames.length,
    trueClasses: Int32Array.from(spec.pictures, ({ className }) => classNames.indexOf(className)),
    probabilities,
  });
  const latencyMs = await measureLatency(predictor, supply, systemClock);
  return {
    report: toClassificationReport(figures, classNames, { latencyMs, provider: spec.provider }),
    predictions: tellPictures(spec, classNames, figures.predictedClasses, probabilities),
  };
}

function tellPictures(
  { pictures }: ClassifierSpec,
  classNames: readonly string[],
  predictedClasses: Int32Array,
  probabilities: Float32Array,
): EvaluatedPicture[] {
  return pictures.map(({ imageHash, className }, index) => {
    const predicted = predictedClasses[index] ?? 0;
    const score = probabilities[index * classNames.length + predicted] ?? 0;
    return { imageHash, trueClass: className, predictedClass: classNames[predicted] ?? '', score };
  });
}

function openPredictor(
  { reading, provider, threads }: ClassifierSpec,
  model: Uint8Array,
): Promise<Predictor> {
  return loadPredictor(model, { provider, threads, input: describeInput(reading) });
}

function describeInput({ imageSize, pixelRange }: ModelReading) {
  return {
    ...(imageSize !== null && { imageSize: { width: imageSize, height: imageSize } }),
    ...(pixelRange !== null && { pixelRange }),
  };
}

/** Decoded as they are asked for: each picture is looked at once. */
function createSupply(
  { pictures }: ClassifierSpec,
  blobs: Pick<BlobStore, 'read'>,
  { imageSize, channels }: Predictor,
): PictureSupply {
  return {
    count: pictures.length,
    load: async (start, count) => {
      const wanted = pictures.slice(start, start + count);
      const decoded = await Promise.all(
        wanted.map(async ({ imageHash }) =>
          preparePicture(await blobs.read(imageHash), { ...imageSize, channels }),
        ),
      );
      return Buffer.concat(decoded);
    },
  };
}
