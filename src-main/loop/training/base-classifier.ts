/** What a classifier's run goes on from: a registered version or a file, read once before the run is queued. */
import { basename, isAbsolute } from 'node:path';
import type { BlobHash } from '../../../src-preload/contract/ids.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { TrainingParameters } from '../../../src-preload/contract/training.ts';
import { AppError } from '../../base/app-error.ts';
import {
  type ForeignClassifier,
  type PixelRange,
  readForeignClassifier,
  readModelFile,
} from '../../engine/index.ts';
import type { Store } from '../../store/store.ts';

export interface BaseClassifier {
  /** `NAME/VERSION`, or the file's name. */
  readonly label: string;
  readonly blobHash: BlobHash;
  readonly pixelRange: PixelRange | null;
  /** Side of its pictures in pixels. */
  readonly imageSize: number;
  /** Of a model of ours; `imported` else. */
  readonly architecture: string;
  /** With the dataset's classes. */
  readonly parameters: number;
  /** Of one forward pass over one picture. */
  readonly flops: number;
  /** Whether its last layer gives way to one for the dataset's classes. */
  readonly hasNewHead: boolean;
}

export interface BaseSources {
  readonly store: Pick<Store, 'blobs'>;
  /** Of the registry. @throws {AppError} NOT_FOUND, INPUT_INVALID */
  readonly getModel: (reference: string) => ModelVersion;
}

/** Where a file leaves the size of its pictures open. */
const openImageSize = 96;

/** @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE, GRAPH_NOT_TRAINABLE with node, operation and reason */
export async function resolveBaseClassifier(
  sources: BaseSources,
  { base, basePixelRange, imageSize }: TrainingParameters,
  classNames: readonly string[],
): Promise<BaseClassifier | null> {
  if (base === undefined) return null;
  const { label, blobHash } = await findBaseFile(sources, base);
  const bytes = await sources.store.blobs.read(blobHash);
  const pixelRange = basePixelRange ?? null;
  const read = (size: number | undefined) =>
    openBaseClassifier(bytes, { pixelRange, ...(size !== undefined && { imageSize: size }) }, classNames, 0);
  const classifier = readWithSize(read, imageSize);
  const { architecture, flops, hasNewHead, initialParameters } = classifier;
  return {
    ...{ label, blobHash, pixelRange, architecture, flops, hasNewHead },
    imageSize: classifier.imageSize,
    parameters: initialParameters.length,
  };
}

export function openBaseClassifier(
  bytes: Uint8Array,
  { pixelRange, imageSize }: { readonly pixelRange: PixelRange | null; readonly imageSize?: number },
  classNames: readonly string[],
  seed: number,
): ForeignClassifier {
  return readForeignClassifier(bytes, {
    classNames,
    seed,
    ...(pixelRange !== null && { pixelRange }),
    ...(imageSize !== undefined && { imageSize }),
  });
}

/** A file that leaves its size open is read again with one. */
function readWithSize(
  read: (size: number | undefined) => ForeignClassifier,
  imageSize: number | undefined,
): ForeignClassifier {
  try {
    return read(imageSize);
  } catch (error) {
    const isOpen = error instanceof AppError && error.message.includes('an open axis');
    if (imageSize !== undefined || !isOpen) throw error;
    return read(openImageSize);
  }
}

/** @throws {AppError} NOT_FOUND, INPUT_INVALID, MODEL_UNREADABLE */
export async function findBaseFile(
  { store, getModel }: BaseSources,
  base: string,
): Promise<Pick<BaseClassifier, 'label' | 'blobHash'>> {
  if (!isAbsolute(base)) {
    const { name, version, blobHash } = getModel(base);
    return { label: `${name}/${version}`, blobHash };
  }
  return { label: basename(base), blobHash: await store.blobs.write(await readModelFile(base)) };
}
