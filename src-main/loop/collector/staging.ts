/** Files from elsewhere, on their way into an import: `<data dir>/staging/<upload id>/`. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UploadId } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import { withStoreErrors } from '../../store/store-error.ts';

/** Uploads that an import works on bear this ending: nothing can be added to them. */
const sealedEnding = '-importing';

export interface StagedFile {
  readonly file: Pick<Blob, 'stream'>;
  /** Milliseconds since 1970; absent: now. */
  readonly modifiedAt?: number | undefined;
}

/** Where the files of a sealed upload lie. */
export function uploadFolder(dataDir: string, uploadId: UploadId): string {
  return join(stagingFolder(dataDir), uploadId + sealedEnding);
}

/** What an import of a sealed upload walks: one root, so that `healthy/1.jpg` is of the class healthy. */
export function listUploadPaths(dataDir: string, uploadId: UploadId): string[] {
  return [uploadFolder(dataDir, uploadId)];
}

export function openUploadFolder(dataDir: string, uploadId: UploadId): void {
  mkdirSync(openFolder(dataDir, uploadId), { recursive: true });
}

/**
 * @param path relative, with `/`; where the name is taken the file gets a number behind it
 * @returns the number of bytes written
 * @throws {AppError} PATH_FORBIDDEN, NOT_FOUND for an upload that is not open, STORE_DISK_FULL
 */
export async function stageFile(
  dataDir: string,
  uploadId: UploadId,
  path: string,
  upload: StagedFile,
): Promise<number> {
  const folder = getOpenFolder(dataDir, uploadId);
  const file = join(folder, ...toSegments(path));
  return withStoreErrors(folder, async () => {
    mkdirSync(dirname(file), { recursive: true });
    return write(await openFresh(file), upload);
  });
}

/** From now on the upload belongs to an import. @throws {AppError} NOT_FOUND */
export async function sealUpload(dataDir: string, uploadId: UploadId): Promise<void> {
  await rename(getOpenFolder(dataDir, uploadId), uploadFolder(dataDir, uploadId));
}

/** Goes on behind the caller's back. */
export function removeUpload(dataDir: string, uploadId: UploadId): void {
  discard(uploadFolder(dataDir, uploadId));
}

/** What an earlier station left: all but the uploads that imports still work on. */
export function removeLeftovers(dataDir: string, inUse: ReadonlySet<UploadId>): void {
  const folder = stagingFolder(dataDir);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const kept = new Set([...inUse].map((uploadId) => uploadId + sealedEnding));
  for (const name of names) if (!kept.has(name)) discard(join(folder, name));
}

/** What can not be removed now is a leftover at the next start. */
function discard(folder: string): void {
  rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

/** @throws {AppError} PATH_FORBIDDEN for all that leads, or on some system could lead, out of the upload */
export function toSegments(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a path for the system
  const isForbidden = /^\/|^[a-z]:|[\\\u0000]/i.test(path) || segments.includes('..');
  const isTooLong = segments.some((segment) => Buffer.byteLength(segment) > 255);
  if (!isForbidden && !isTooLong && segments.length > 0) return segments;
  throw new AppError(
    'PATH_FORBIDDEN',
    `expected a relative path within the upload such as healthy/leaf 1.jpg, got ${JSON.stringify(path.slice(0, 200))}`,
    { data: { path } },
  );
}

function stagingFolder(dataDir: string): string {
  return join(dataDir, 'staging');
}

function openFolder(dataDir: string, uploadId: UploadId): string {
  return join(stagingFolder(dataDir), uploadId);
}

function getOpenFolder(dataDir: string, uploadId: UploadId): string {
  const folder = openFolder(dataDir, uploadId);
  if (existsSync(folder)) return folder;
  throw new AppError('NOT_FOUND', `there is no open upload ${uploadId}: open a new one`, {
    data: { uploadId },
  });
}

interface FreshFile {
  readonly handle: Awaited<ReturnType<typeof open>>;
  readonly path: string;
}

/** `leaf.jpg`, or `leaf (2).jpg` where that is taken: pictures of the same name are not the same picture. */
async function openFresh(file: string): Promise<FreshFile> {
  for (let number = 1; ; number++) {
    const path = number === 1 ? file : file.replace(/(\.[^./]*)?$/, ` (${number})$1`);
    try {
      return { handle: await open(path, 'wx'), path };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** The file keeps its time: an import takes it where the picture itself tells none. */
async function write({ handle, path }: FreshFile, { file, modifiedAt }: StagedFile): Promise<number> {
  try {
    const target = handle.createWriteStream();
    await pipeline(Readable.fromWeb(file.stream() as Parameters<typeof Readable.fromWeb>[0]), target);
    if (modifiedAt !== undefined) await utimes(path, new Date(), new Date(modifiedAt));
    return target.bytesWritten;
  } finally {
    await handle.close().catch(() => undefined);
  }
}
