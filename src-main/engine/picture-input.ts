/** What a classifier's file says about the pictures that it wants, and what it leaves to the caller. */
import { AppError } from '../base/app-error.ts';
import { nameElementType } from './onnx/element-types.ts';
import type { OnnxModel } from './onnx/model.ts';
import { listFileInputs } from './onnx/read.ts';
import type { ImageInput } from './runtime/model-runner.ts';
import type { PixelRange } from './runtime/pixel-range.ts';

/** What a foreign file does not say about its input. */
export interface PredictorInput {
  /** Needed where height or width is dynamic in the file. */
  readonly imageSize?: { readonly width: number; readonly height: number };
  /** `0..1` if absent, for float inputs. */
  readonly pixelRange?: PixelRange;
}

/**
 * Half and double precision count as float32, to which they are cast.
 * @throws AppError MODEL_UNREADABLE when it has not one input of pictures
 */
export function describePictureInput(model: OnnxModel, override: PredictorInput): ImageInput {
  const [input, ...others] = listFileInputs(model.graph);
  if (!input || others.length > 0)
    throw unreadableClassifier('one input', `${others.length + (input ? 1 : 0)}`);
  const { name, elementType, shape } = input;
  const type = nameElementType(elementType);
  const dtype = type === 'uint8' ? 'uint8' : type.startsWith('float') ? 'float32' : undefined;
  if (!dtype) throw unreadableClassifier('an input of floats or bytes', type);
  if (shape?.length !== 4)
    throw unreadableClassifier(
      'an input of four axes, pictures, channels, rows and columns',
      shape ? `[${shape.join(', ')}]` : 'no shape',
    );
  const [batch, second, third, fourth] = shape;
  const isPlanar = isChannelCount(second);
  const channels = isPlanar ? second : fourth;
  if (!isChannelCount(channels))
    throw unreadableClassifier('1 or 3 channels on axis 1 or 3', `shape [${shape.join(', ')}]`);
  const [fileHeight, fileWidth] = isPlanar ? [third, fourth] : [second, third];
  return {
    name,
    dtype,
    isPlanar,
    channels,
    height: chooseSize(fileHeight, override.imageSize?.height, 'height'),
    width: chooseSize(fileWidth, override.imageSize?.width, 'width'),
    fixedBatch: typeof batch === 'number' && batch > 0 ? batch : undefined,
    pixelRange: override.pixelRange ?? '0..1',
  };
}

function isChannelCount(size: number | string | undefined): size is 1 | 3 {
  return size === 1 || size === 3;
}

function chooseSize(inFile: number | string | undefined, override: number | undefined, what: string): number {
  const isFixed = typeof inFile === 'number' && inFile > 0;
  if (isFixed && (override === undefined || override === inFile)) return inFile;
  if (isFixed)
    throw unreadableClassifier(`the ${what} ${override} that was asked for`, `${inFile} in the file`);
  if (override !== undefined) return override;
  throw unreadableClassifier(`a fixed ${what}, or the image size to be given`, `an open axis`);
}

/** @throws AppError MODEL_UNREADABLE for a file that was exported for several pictures at a time, no more and no fewer */
export function assertTakesOne(batch: number | string | undefined): void {
  if (typeof batch !== 'number' || batch <= 1) return;
  throw new AppError(
    'MODEL_UNREADABLE',
    `expected a model for one picture or any number, found one for ${batch} at a time: export it with a batch of 1 or an open one`,
  );
}

export function unreadableClassifier(expected: string, found: string): AppError {
  return new AppError('MODEL_UNREADABLE', `an image classifier needs ${expected}, found ${found}`);
}
