/** File work that survives a power cut: what these functions have returned from is on the disk. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './store-error.ts';

/** Writes a file through a temporary neighbour: readers see the old content or the new, never a part. */
export function writeFileDurably(file: string, content: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode, flush: true });
  renameSync(temporary, file);
  syncFolderNow(dirname(file));
}

/** Copies bytes (sharing them where the file system can) and waits for the disk. */
export function copyFileDurably(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  syncFileNow(to);
}

/** A folder and those above it. Node's own recursive form tells ENOENT where the disk is read-only. */
export function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeFolder(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Waits until the file's bytes are on the disk, whoever wrote them. */
export function syncFileNow(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes renames and removals inside a folder durable. Windows has no such call and needs none. */
export function syncFolderNow(dir: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(dir, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The asynchronous form. A folder that has meanwhile gone has nothing to sync. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

/**
 * Shares folder syncs between callers: a caller waits for a sync that began after its call, and all callers
 * that come while one is under way share the next.
 */
export function createFolderSync(): (dir: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  const start = (dir: string): Promise<void> => {
    const sync = syncFolder(dir).finally(() => running.delete(dir));
    running.set(dir, sync);
    return sync;
  };
  const startNext = (dir: string): Promise<void> => {
    waiting.delete(dir);
    return start(dir);
  };
  return (dir) => {
    const current = running.get(dir);
    if (!current) return start(dir);
    const next =
      waiting.get(dir) ??
      current.then(
        () => startNext(dir),
        () => startNext(dir),
      );
    waiting.set(dir, next);
    return next;
  };
}
