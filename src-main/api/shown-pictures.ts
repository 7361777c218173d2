/**
 * Pictures of formats that browsers do not show, as PNG files made by worker processes and kept for the next look, over
 * restarts too: the one that was looked at longest ago makes room.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
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

/** Of all kept files together. */
const mostBytes = 2e9;

/**
 * @param dir of this station alone: what is in it can be made again
 * @param limitBytes is passed by one file at most, the one that was asked for last
 */
export function createShownPictures(
  dir: string,
  launcher: WorkerLauncher,
  limitBytes = mostBytes,
): ShownPictures {
  const queue = new PQueue({ concurrency: 1 });
  const running = new Map<ImageHash, Promise<string>>();
  removeBroken(dir);
  const make = async (hash: ImageHash, original: string): Promise<string> => {
    const to = join(dir, `${hash}${ending}`);
    mkdirSync(dir, { recursive: true });
    if (existsSync(to)) markUsed(to);
    else {
      await queue.add(() => convert(launcher, { from: original, to }));
      makeRoom(dir, limitBytes, to);
    }
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

const ending = '.png';

/** What a worker was writing when it was killed. */
function removeBroken(dir: string): void {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  for (const name of names) if (!name.endsWith(ending)) remove(join(dir, name));
}

function markUsed(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}

function makeRoom(dir: string, limitBytes: number, newest: string): void {
  const files = readdirSync(dir)
    .map((name) => join(dir, name))
    .flatMap((file) => {
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats ? [{ file, usedAt: stats.mtimeMs, sizeBytes: stats.size }] : [];
    })
    .sort((first, second) => first.usedAt - second.usedAt);
  let total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { file, sizeBytes } of files) {
    if (total <= limitBytes) return;
    if (file === newest) continue;
    remove(file);
    total -= sizeBytes;
  }
}

/** A file that is being sent can not be removed everywhere: it goes the next time. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
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
