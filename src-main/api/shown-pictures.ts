/** Pictures of formats that browsers do not show, as PNG files made by worker processes and kept for the next look. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { z } from 'zod';
import { errorRecordSchema } from '../../src-preload/contract/errors.ts';
import type { ImageHash } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import type { WorkerLauncher } from '../jobs/worker-port.ts';

/** What the station asks of a picture worker, once in its life. */
export const conversionRequestSchema = z.object({ from: z.string(), to: z.string() });
export type ConversionRequest = z.infer<typeof conversionRequestSchema>;

export const conversionAnswerSchema = z.object({ error: errorRecordSchema.nullable() });
export type ConversionAnswer = z.infer<typeof conversionAnswerSchema>;

export interface ShownPictures {
  /**
   * Path of the PNG.
   * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE, STORE_DISK_FULL
   */
  find(hash: ImageHash, original: string): Promise<string>;
}

/** @param dir emptied at the start: everything in it can be made again. */
export function createShownPictures(dir: string, launcher: WorkerLauncher): ShownPictures {
  const queue = new PQueue({ concurrency: 1 });
  const running = new Map<ImageHash, Promise<string>>();
  rmSync(dir, { recursive: true, force: true });
  const make = async (hash: ImageHash, original: string): Promise<string> => {
    const to = join(dir, `${hash}.png`);
    mkdirSync(dir, { recursive: true });
    if (!existsSync(to)) await queue.add(() => convert(launcher, { from: original, to }));
    return to;
  };
  return {
    find: (hash, original) => {
      const found = running.get(hash) ?? make(hash, original).finally(() => running.delete(hash));
      running.set(hash, found);
      return found;
    },
  };
}

function convert(launcher: WorkerLauncher, request: ConversionRequest): Promise<void> {
  const worker = launcher.launch('picture');
  return new Promise((resolve, reject) => {
    worker.onMessage((message) => {
      const { error } = conversionAnswerSchema.parse(message);
      if (error) reject(AppError.fromRecord(error));
      else resolve();
      worker.kill();
    });
    worker.onExit(({ code, signal }) => reject(diedUnder(request, signal ?? `status ${code}`)));
    worker.send(request);
  });
}

function diedUnder({ from }: ConversionRequest, how: string): AppError {
  return new AppError('IMAGE_UNREADABLE', `the process that was to convert ${from} died (${how})`);
}
