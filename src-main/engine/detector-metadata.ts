/** What a detector's ONNX file says about itself in its metadata_props. */
import { describeClassifier } from './classifier-metadata.ts';

/** What a detector's file says of itself in its metadata. */
export interface DetectorDescription {
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly architecture: string;
}

const taskKey = 'fieldstation.task';

/** Entries for `exportOnnx`. */
export function describeDetector(description: DetectorDescription): Record<string, string> {
  return { ...describeClassifier(description), [taskKey]: 'detection' };
}
