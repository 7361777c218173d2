/** A model from disk as one: PyTorch writes the weights of an export into a second file beside it. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../base/app-error.ts';
import { embedExternal } from './onnx/embed-external.ts';
import { createExternalReader } from './onnx/external-data.ts';

/** @throws AppError MODEL_UNREADABLE for a file that is not there, or whose weights are not beside it */
export async function readModelFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('MODEL_UNREADABLE', `the model file ${path} can not be read: ${reason}`, { cause });
  });
  try {
    return embedExternal(bytes, createExternalReader(dirname(path)));
  } catch (error) {
    if (error instanceof AppError) throw error;
    // What does not parse is told by who reads it.
    return bytes;
  }
}
