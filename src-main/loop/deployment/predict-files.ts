/** Predictions of many picture files, by the same way that single requests go. */
import { readFile } from 'node:fs/promises';
import PQueue from 'p-queue';
import type { Prediction } from '../../../src-preload/contract/deployment.ts';
import { AppError } from '../../base/app-error.ts';
import type { Deployment } from './deployment.ts';

export type FilePrediction =
  | { readonly file: string; readonly prediction: Prediction }
  | { readonly file: string; readonly error: AppError };

/** Pictures on their way at once: enough to fill a batch while the next are read. */
const picturesInFlight = 32;

/** @returns one entry per file, in the order of the files; a picture that can not be read fails alone */
export async function predictFiles(
  deployment: Pick<Deployment, 'predict'>,
  files: readonly string[],
  reference?: string,
): Promise<FilePrediction[]> {
  const queue = new PQueue({ concurrency: picturesInFlight });
  return queue.addAll(files.map((file) => () => predictFile(deployment, file, reference)));
}

async function predictFile(
  deployment: Pick<Deployment, 'predict'>,
  file: string,
  reference: string | undefined,
): Promise<FilePrediction> {
  try {
    return { file, prediction: await deployment.predict(await readPicture(file), reference) };
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('IMAGE_')) return { file, error };
    throw error;
  }
}

async function readPicture(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('IMAGE_UNREADABLE', `${file} can not be read: ${reason}`, { cause });
  }
}
