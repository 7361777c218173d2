/** Somebody's detector as a file that says its classes, whatever tool it comes from. */
import { AppError } from '../base/app-error.ts';
import { findClassNames, renameClasses } from './classifier-metadata.ts';
import { recognizeDetector } from './nn/detector/read-foreign.ts';
import { decodeModel } from './onnx/decode.ts';
import { encodeModel } from './onnx/encode.ts';

export interface ImportedDetector {
  /** The same graph, with the names in its metadata. */
  readonly file: Uint8Array;
  readonly classNames: readonly string[];
  /** Side of its square input in pixels. */
  readonly imageSize: number;
  /** `yolox`, `yolov8`, … */
  readonly architecture: string;
}

export interface ImportDetectorOptions {
  /** In the order of the outputs; the file's own if absent. */
  readonly classNames?: readonly string[] | undefined;
  /** Side of the pictures where the file leaves it open. */
  readonly imageSize?: number | undefined;
}

/**
 * @throws AppError as recognizeDetector; MODEL_CLASSES_MISMATCH for names that do not fit the file's outputs, or where
 * neither the file nor the caller has any
 */
export function importDetector(
  bytes: Uint8Array,
  { classNames: given, imageSize }: ImportDetectorOptions,
): ImportedDetector {
  const { family, classes, classNames: known, imageSize: side } = recognizeDetector(bytes, imageSize);
  const classNames = given ?? known;
  if (classNames?.length !== classes) {
    const found = classNames === undefined ? 'none, and the file names none' : `${classNames.length}`;
    throw new AppError('MODEL_CLASSES_MISMATCH', `expected ${classes} class names, got ${found}`, {
      data: { expected: classes },
    });
  }
  const described = { classNames, imageSize: side, architecture: family };
  if (given === undefined) return { file: bytes, ...described };
  const model = decodeModel(bytes);
  const isOurs = findClassNames(model.metadata) !== undefined;
  const metadata = isOurs
    ? renameClasses(model.metadata, given)
    : new Map([...model.metadata, ['names', writeNames(given)] as const]);
  return { file: encodeModel({ ...model, metadata }), ...described };
}

/** As Ultralytics writes them: a Python dict from index to name. */
function writeNames(names: readonly string[]): string {
  const entries = names.map((name, index) => `${index}: '${name.replaceAll(/[\\']/g, '\\$&')}'`);
  return `{${entries.join(', ')}}`;
}
