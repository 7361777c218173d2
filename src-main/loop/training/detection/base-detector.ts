/** What a detector's run goes on from: a registered version or a file, read once before the run is queued. */
import type { BlobHash } from '../../../../src-preload/contract/ids.ts';
import type { TrainingParameters } from '../../../../src-preload/contract/training.ts';
import { createForeignDetector } from '../../../engine/index.ts';
import { type BaseSources, findBaseFile } from '../base-classifier.ts';

/** A detector that a run goes on from. */
export interface BaseDetector {
  /** `NAME/VERSION`, or the file. */
  readonly label: string;
  readonly blobHash: BlobHash;
  /** `fieldstation`, or the tools that it comes from: `yolox`, `yolov8` … */
  readonly family: string;
  /** Side of its square frame in pixels. */
  readonly imageSize: number;
  /** Trained numbers, with the dataset's classes. */
  readonly parameters: number;
}

/** For a look at what the file is. */
const fewBoxes = 16;

/** @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE, GRAPH_NOT_TRAINABLE with node, operation and reason */
export async function resolveBaseDetector(
  sources: BaseSources,
  { base, imageSize }: TrainingParameters,
  classNames: readonly string[],
): Promise<BaseDetector | null> {
  if (base === undefined) return null;
  const { label, blobHash } = await findBaseFile(sources, base);
  const detector = createForeignDetector({
    bytes: await sources.store.blobs.read(blobHash),
    classes: classNames.length,
    maxBoxes: fewBoxes,
    seed: 0,
    ...(imageSize !== undefined && { imageSize }),
  });
  return {
    ...{ label, blobHash, family: detector.family, imageSize: detector.imageSize },
    parameters: detector.initialParameters.length,
  };
}
