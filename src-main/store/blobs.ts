/** Content-addressed files: `<blobs>/ab/cdef…`, named by their sha-256, durable when a write has returned. */
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import type { BlobHash, ImageHash } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import { createFolderSync, makeFolder } from './durable-files.ts';
import { codeOf, withStoreErrors } from './store-error.ts';

/** A picture's hash is its blob's hash. */
export type AnyBlobHash = BlobHash | ImageHash;
export type BlobState = 'intact' | 'missing' | 'damaged';

export interface BlobStore {
  readonly dir: string;
  /** Idempotent; any number of calls may run at once, in any number of processes. */
  write(content: Uint8Array): Promise<BlobHash>;
  /** The same for content that need not fit into memory. */
  writeStream(content: AsyncIterable<Uint8Array>): Promise<BlobHash>;
  writeFile(file: string): Promise<BlobHash>;
  /**
   * Hashes in the order of the contents, once all of them are durable: much cheaper than as many calls of
   * `write`, since each folder is synced once. If one fails, all have ended before the rejection.
   */
  writeMany(contents: readonly Uint8Array[]): Promise<BlobHash[]>;
  /** @throws {AppError} BLOB_MISSING */
  read(hash: AnyBlobHash): Promise<Buffer>;
  /** Where the blob lies, or would lie. */
  pathOf(hash: AnyBlobHash): string;
  has(hash: AnyBlobHash): Promise<boolean>;
  /** @throws {AppError} BLOB_MISSING */
  readSizeBytes(hash: AnyBlobHash): Promise<number>;
  /** Reads the whole blob and compares it with its name. */
  verify(hash: AnyBlobHash): Promise<BlobState>;
  /** Every blob, in the order of its name. */
  list(): AsyncIterable<BlobHash>;
  /** Counts by walking the folder: about a second for 100,000 blobs. */
  measure(): Promise<{ blobs: number; sizeBytes: number }>;
}

/** Files in flight at once: enough for a disk to share its flushes, far below the limit of open files. */
const filesInFlight = 32;

/** Needs the folder alone, so that a worker process reads and writes the same blobs as its station. */
export function createBlobStore(dir: string): BlobStore {
  const writer = createBlobWriter(dir);
  return {
    dir,
    pathOf: (hash) => blobPath(dir, hash),
    ...writer,
    ...createBlobReader(dir),
  };
}

export function blobPath(dir: string, hash: string): string {
  return join(dir, hash.slice(0, 2), hash.slice(2));
}

/** Where blobs lie while they are written, and while they are weighed for removal. */
export function temporaryBlobs(dir: string): string {
  return join(dir, 'tmp');
}

function createBlobReader(dir: string) {
  const readSizeBytes = async (hash: AnyBlobHash): Promise<number> => {
    const size = await sizeOf(blobPath(dir, hash));
    if (size === undefined) throw missing(dir, hash);
    return size;
  };
  return {
    readSizeBytes,
    read: (hash: AnyBlobHash): Promise<Buffer> => readBlob(dir, hash),
    has: async (hash: AnyBlobHash): Promise<boolean> => (await sizeOf(blobPath(dir, hash))) !== undefined,
    verify: (hash: AnyBlobHash): Promise<BlobState> => verifyBlob(blobPath(dir, hash), hash),
    list: () => listBlobs(dir),
    measure: () => measureBlobs(dir),
  };
}

function createBlobWriter(dir: string) {
  const place = createBlobPlacement(dir);
  const syncFolder = createFolderSync();
  const slots = new PQueue({ concurrency: filesInFlight });
  const settle = (hash: BlobHash) => syncFolder(folderOf(dir, hash));
  const placeBytes = (content: Uint8Array) =>
    slots.add(() => withStoreErrors(dir, () => place.bytes(content)));
  const placeStream = (content: AsyncIterable<Uint8Array>) =>
    slots.add(() => withStoreErrors(dir, () => place.stream(markErrors(content)))).catch(unmarkError);
  const settled = async (placed: Promise<BlobHash>): Promise<BlobHash> => {
    const hash = await placed;
    await withStoreErrors(dir, () => settle(hash));
    return hash;
  };
  return {
    write: (content: Uint8Array) => settled(placeBytes(content)),
    writeStream: (content: AsyncIterable<Uint8Array>) => settled(placeStream(content)),
    writeFile: (file: string) => settled(placeStream(readChunks(file))),
    async writeMany(contents: readonly Uint8Array[]): Promise<BlobHash[]> {
      const hashes = await allOrFirstError(contents.map(placeBytes));
      const perFolder = new Map(hashes.map((hash) => [hash.slice(0, 2), hash]));
      await withStoreErrors(dir, () => allOrFirstError([...perFolder.values()].map(settle)));
      return hashes;
    },
  };
}

/** Puts content under its name; the folder's own sync is left to the caller. */
function createBlobPlacement(dir: string) {
  const folders = createPrefixFolders(dir);
  const bytes = async (content: Uint8Array): Promise<BlobHash> => {
    const hash = toBlobHash(createHash('sha256').update(content));
    await folders.ensure(hash);
    if (await refresh(blobPath(dir, hash), content.byteLength)) return hash;
    const temporary = await writeTemporary(dir, (file) => file.writeFile(content));
    await rename(temporary, blobPath(dir, hash));
    return hash;
  };
  const stream = async (content: AsyncIterable<Uint8Array>): Promise<BlobHash> => {
    await folders.ensureTemporary();
    const digest = createHash('sha256');
    const temporary = await writeTemporary(dir, (file) => pour(content, file, digest));
    const hash = toBlobHash(digest);
    await folders.ensure(hash);
    await rename(temporary, blobPath(dir, hash));
    return hash;
  };
  return { bytes, stream };
}

/** Makes each of the 256 folders once, durably. */
function createPrefixFolders(dir: string) {
  const syncFolder = createFolderSync();
  const made = new Map<string, Promise<void>>();
  const make = async (folder: string): Promise<void> => {
    makeFolder(folder);
    await syncFolder(dir);
  };
  const ensureFolder = (folder: string): Promise<void> => {
    const known = made.get(folder) ?? make(folder);
    made.set(folder, known);
    known.catch(() => made.delete(folder));
    return known;
  };
  const ensureTemporary = () => ensureFolder(temporaryBlobs(dir));
  return {
    ensureTemporary,
    async ensure(hash: BlobHash): Promise<void> {
      await ensureTemporary();
      await ensureFolder(folderOf(dir, hash));
    },
  };
}

/**
 * Whether the blob is there, whole by its size. Its time is set to now, which keeps the garbage collection
 * away until the caller's row points at it.
 */
async function refresh(file: string, sizeBytes: number): Promise<boolean> {
  if ((await sizeOf(file)) !== sizeBytes) return false;
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}

async function writeTemporary(dir: string, fill: (file: FileHandle) => Promise<void>): Promise<string> {
  const temporary = join(temporaryBlobs(dir), randomUUID());
  const file = await open(temporary, 'wx');
  try {
    await fill(file);
    await file.sync();
    await file.close();
    return temporary;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function pour(content: AsyncIterable<Uint8Array>, file: FileHandle, digest: Hash): Promise<void> {
  for await (const chunk of content) {
    digest.update(chunk);
    await file.writeFile(chunk);
  }
}

/** Opens the file when it is its turn. */
async function* readChunks(file: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(file);
}

/** What a source throws is its caller's affair and must not be told as a failure of the store. */
class SourceError extends Error {}

async function* markErrors(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* content;
  } catch (cause) {
    throw new SourceError('the source of a blob failed', { cause });
  }
}

function unmarkError(error: unknown): never {
  throw error instanceof SourceError ? error.cause : error;
}

async function readBlob(dir: string, hash: AnyBlobHash): Promise<Buffer> {
  try {
    return await readFile(blobPath(dir, hash));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw missing(dir, hash);
    throw error;
  }
}

async function verifyBlob(file: string, hash: string): Promise<BlobState> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) digest.update(chunk);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'missing' : 'damaged';
  }
  return digest.digest('hex') === hash ? 'intact' : 'damaged';
}

async function* listBlobs(dir: string): AsyncIterable<BlobHash> {
  const folders = (await readdir(dir)).filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
  for (const folder of folders) {
    const names = await readdir(join(dir, folder));
    for (const name of names.sort()) {
      if (/^[0-9a-f]{62}$/.test(name)) yield (folder + name) as BlobHash;
    }
  }
}

async function measureBlobs(dir: string): Promise<{ blobs: number; sizeBytes: number }> {
  let blobs = 0;
  let sizeBytes = 0;
  for await (const hash of listBlobs(dir)) {
    blobs += 1;
    sizeBytes += (await sizeOf(blobPath(dir, hash))) ?? 0;
  }
  return { blobs, sizeBytes };
}

/** Undefined where there is no such file. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits for all, so that nothing is still being written when the first error is told. */
async function allOrFirstError<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}

function folderOf(dir: string, hash: string): string {
  return join(dir, hash.slice(0, 2));
}

function toBlobHash(digest: Hash): BlobHash {
  return digest.digest('hex') as BlobHash;
}

function missing(dir: string, hash: string): AppError {
  return new AppError(
    'BLOB_MISSING',
    `the blob ${hash} is not in ${dir}: check the store with \`doctor\`, and bring the file back from a copy of the folder`,
    { data: { hash, dir } },
  );
}
