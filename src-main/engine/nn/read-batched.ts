/** Reads a file for one sample in such a way that it can be made one for many. */
import { AppError } from '../../base/app-error.ts';
import type { Shape } from '../graph/tensor.ts';
import { type ReadResult, readOnnx } from '../onnx/read.ts';
import { markBatch } from '../passes/mark-batch.ts';
import { canGrow } from '../passes/set-batch.ts';

/**
 * Where the sizes do not tell which axes grow with the samples, the file is read for two samples too, if it leaves their
 * number open.
 * @param inputShapes for one sample
 * @throws AppError as readOnnx
 */
export function readBatched(bytes: Uint8Array, inputShapes: Readonly<Record<string, Shape>>): ReadResult {
  const read = readOnnx(bytes, { inputShapes });
  if (canGrow(read.graph)) return read;
  const doubled = Object.entries(inputShapes).map(([name, shape]) => [name, shape.with(0, 2)] as const);
  try {
    const twin = readOnnx(bytes, { inputShapes: Object.fromEntries(doubled) });
    return { ...read, graph: markBatch(read.graph, twin.graph) };
  } catch (error) {
    if (error instanceof AppError) return read;
    throw error;
  }
}
