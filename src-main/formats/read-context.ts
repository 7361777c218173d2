/** What the readers of all formats are given, and how they set aside a file that can not be read. */
import { AppError } from '../base/app-error.ts';
import { throwIfCancelled } from '../base/cancellation.ts';
import type { Fault } from './picture-record.ts';
import { indexPictures, type PictureIndex, type SourceFolder } from './source-folder.ts';

export interface ReadContext {
  readonly folder: SourceFolder;
  readonly pictures: PictureIndex;
  /** The paths one after the other, telling how far it is, until the reading is cancelled. */
  eachPath(paths: readonly string[]): AsyncIterable<string>;
  /** Runs the reading of one file or of one part of it; an AppError becomes a fault. */
  collectFaults(
    path: string,
    faults: Fault[],
    read: () => Promise<void> | void,
    place?: string,
  ): Promise<void>;
}

export function createReadContext(
  folder: SourceFolder,
  signal: AbortSignal,
  reportProgress: (done: number, total: number) => void = () => {},
): ReadContext {
  return {
    folder,
    pictures: indexPictures(folder),
    async *eachPath(paths) {
      for (const [index, path] of paths.entries()) {
        throwIfCancelled(signal);
        reportProgress(index, paths.length);
        yield path;
      }
    },
    async collectFaults(path, faults, read, place) {
      try {
        await read();
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        faults.push({ path, place: place ?? null, code: error.code, reason: error.message });
      }
    },
  };
}
