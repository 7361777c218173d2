/** An export inside its worker process: made whole beside its folder, then put in its place. */
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../base/app-error.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import { formatWriters } from '../../../formats/formats.ts';
import type { FormatWriter } from '../../../formats/picture-record.ts';
import type { JobBody, JobContext } from '../../../jobs/job-kind.ts';
import { type BlobStore, createBlobStore } from '../../../store/blobs.ts';
import { codeOf, withStoreErrors } from '../../../store/store-error.ts';
import type { ExportResult, ExportSpec, StoredPicture } from './export-job.ts';

/** Share of the work that copying pictures is. */
const copyShare = 0.9;
/** Pictures copied at once. */
const parallel = 8;
const chunkCharacters = 1 << 20;

/** @throws {AppError} BLOB_MISSING, STORE_DISK_FULL, STORE_READ_ONLY, EXPORT_FOLDER_TAKEN: nothing of it is left */
export const exportBody: JobBody<ExportSpec, never, ExportResult> = async (spec, context) => {
  const { workFolder, folder, format, set } = spec;
  const made = join(workFolder, 'made');
  const writer: FormatWriter = formatWriters[format];
  try {
    return await withStoreErrors(folder, async () => {
      await rm(workFolder, { recursive: true, force: true });
      await mkdir(made, { recursive: true });
      await copyPictures(set.pictures, writer, made, context);
      await writeFiles(spec, writer, made, context);
      throwIfCancelled(context.signal);
      await putInPlace(spec, made);
      return { pictures: set.pictures.length };
    });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
};

/** Copies, not links: a tool that changes an exported picture in place must not change the station's. */
async function copyPictures(
  pictures: readonly StoredPicture[],
  writer: FormatWriter,
  made: string,
  context: JobContext<never>,
): Promise<void> {
  const blobs = createBlobStore(context.blobsDir);
  const targets = pictures.map((picture) => join(made, ...writer.toPicturePath(picture).split('/')));
  for (const folder of new Set(targets.map((target) => dirname(target))))
    await mkdir(folder, { recursive: true });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < pictures.length; index = next++) {
      throwIfCancelled(context.signal);
      await copyBlob(blobs, pictures[index] as StoredPicture, targets[index] as string);
      context.reportProgress(
        (copyShare * index) / pictures.length,
        `picture ${index + 1} of ${pictures.length}`,
      );
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

async function copyBlob(
  blobs: BlobStore,
  { imageHash, fileName }: StoredPicture,
  target: string,
): Promise<void> {
  try {
    await copyFile(blobs.pathOf(imageHash), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new AppError(
      'BLOB_MISSING',
      `the station has lost the picture ${fileName} (${imageHash}): run \`doctor\``,
      {
        cause,
      },
    );
  }
}

async function writeFiles(
  { set }: ExportSpec,
  writer: FormatWriter,
  made: string,
  context: JobContext<never>,
): Promise<void> {
  context.reportProgress(copyShare, 'writing labels');
  const folders = new Set<string>();
  for (const { path, chunks } of writer.listFiles(set)) {
    throwIfCancelled(context.signal);
    const target = join(made, ...path.split('/'));
    const folder = dirname(target);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true });
    folders.add(folder);
    await pipeline(Readable.from(joinChunks(chunks)), createWriteStream(target, { flags: 'wx' }));
  }
}

/** Few long pieces for many short ones. */
function* joinChunks(chunks: Iterable<string>): Iterable<Buffer> {
  let waiting = '';
  for (const chunk of chunks) {
    waiting += chunk;
    if (waiting.length < chunkCharacters) continue;
    yield Buffer.from(waiting);
    waiting = '';
  }
  if (waiting !== '') yield Buffer.from(waiting);
}

/** What was there goes only when the export is whole. */
async function putInPlace({ folder, workFolder, overwrite }: ExportSpec, made: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const content = await readdir(folder).catch(() => undefined);
  if (content && content.length > 0) {
    if (!overwrite) {
      throw new AppError(
        'EXPORT_FOLDER_TAKEN',
        `${folder} has been filled in the meantime: name another folder`,
        {
          data: { folder },
        },
      );
    }
    const replaced = join(workFolder, 'replaced');
    await rename(folder, replaced);
    await rename(made, folder).catch(async (error: unknown) => {
      await rename(replaced, folder);
      throw error;
    });
    return;
  }
  if (content) await rmdir(folder);
  await rename(made, folder);
}
