/** An import inside its worker: reads and checks files, writes their blobs, and hands the station rows to keep. */
import { type BlobHash, imageHashSchema } from '../../../src-preload/contract/ids.ts';
import { AppError, assert } from '../../base/app-error.ts';
import { throwIfCancelled } from '../../base/cancellation.ts';
import { formatReaders } from '../../formats/formats.ts';
import type { JobBody, JobContext } from '../../jobs/job-kind.ts';
import { type BlobStore, createBlobStore } from '../../store/blobs.ts';
import type { ImportItem, PictureContent } from './import-item.ts';
import type {
  ImportedFile,
  ImportedPicture,
  ImportResult,
  ImportSpec,
  ImportUpdate,
  RejectedFile,
} from './import-job.ts';
import { listItems } from './list-items.ts';
import { placeLabels } from './place-labels.ts';

/** Files whose rows are made durable together: so many, or as many as take this long. */
const largestBatch = 128;
const firstBatch = 8;
const batchMs = 500;

/** Files read at once; the next batch is not begun before the last one is durable. */
const parallel = 8;

export const importBody: JobBody<ImportSpec, ImportUpdate, ImportResult> = async (spec, context) => {
  context.reportProgress(0, 'looking for pictures');
  const { format, items, classNames, faults } = await listItems(spec, context);
  await context.commit({ format, classNames, faults, files: [] });
  const done = new Set(spec.donePaths);
  const waiting = items.filter(({ path }) => !done.has(path)).map((item) => withSplit(item, spec.split));
  context.log('info', `${items.length} files found, ${items.length - waiting.length} dealt with before`);
  if (format in formatReaders) tellUnlabelled(items, context);
  await importAll(waiting, items.length, context);
  return { files: items.length };
};

const toldUnlabelled = 20;

/** Pictures that no label file speaks of are easily a mistake in the names. */
function tellUnlabelled(items: readonly ImportItem[], { log }: Pick<JobContext<ImportUpdate>, 'log'>): void {
  const names = items
    .filter(({ record }) => record === null || record.state === 'none')
    .map(({ path }) => path);
  if (names.length === 0) return;
  const more = names.length > toldUnlabelled ? ` and ${names.length - toldUnlabelled} more` : '';
  log('warn', `no labels for ${names.length} pictures: ${names.slice(0, toldUnlabelled).join(', ')}${more}`);
}

function withSplit(item: ImportItem, split: ImportSpec['split']): ImportItem {
  return split === null ? item : { ...item, split };
}

async function importAll(
  items: readonly ImportItem[],
  total: number,
  context: JobContext<ImportUpdate>,
): Promise<void> {
  const blobs = createBlobStore(context.blobsDir);
  let size = firstBatch;
  for (let start = 0; start < items.length; ) {
    throwIfCancelled(context.signal);
    const startedAt = performance.now();
    const batch = items.slice(start, start + size);
    await context.commit({ files: await importBatch(batch, blobs, context.signal) });
    start += batch.length;
    const count = total - items.length + start;
    context.reportProgress(count / total, `${count} of ${total} files`);
    size = nextSize(batch.length, performance.now() - startedAt);
  }
}

/** Towards `batchMs` a batch, growing twofold at most. */
function nextSize(size: number, durationMs: number): number {
  const fitting = Math.floor((size * batchMs) / Math.max(1, durationMs));
  return Math.max(1, Math.min(fitting, 2 * size, largestBatch));
}

interface ReadItem {
  readonly item: ImportItem;
  readonly content: PictureContent;
}

/** In the order of the items. */
async function importBatch(
  items: readonly ImportItem[],
  blobs: BlobStore,
  signal: AbortSignal,
): Promise<ImportedFile[]> {
  const read = await readInOrder(items, signal);
  const pictures = read.filter((entry) => 'content' in entry);
  const hashes = await writeBlobs(pictures, blobs);
  return read.map((entry) => ('content' in entry ? toPicture(entry, hashes) : entry));
}

/** Hash of each content; a picture that is its own thumbnail is written once. */
async function writeBlobs(
  pictures: readonly ReadItem[],
  blobs: BlobStore,
): Promise<Map<Uint8Array, BlobHash>> {
  const contents = [...new Set(pictures.flatMap(({ content }) => [content.bytes, content.thumbnail]))];
  const hashes = await blobs.writeMany(contents);
  return new Map(contents.map((content, index) => [content, hashes[index] as BlobHash]));
}

async function readInOrder(
  items: readonly ImportItem[],
  signal: AbortSignal,
): Promise<(ReadItem | RejectedFile)[]> {
  const read: (ReadItem | RejectedFile)[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      throwIfCancelled(signal);
      read[index] = await readItem(items[index] as ImportItem);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return read;
}

async function readItem(item: ImportItem): Promise<ReadItem | RejectedFile> {
  try {
    return { item, content: await item.read() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { outcome: 'rejected', path: item.path, code: error.code, reason: error.message };
  }
}

function toPicture({ item, content }: ReadItem, hashes: ReadonlyMap<Uint8Array, BlobHash>): ImportedPicture {
  const { path, fileName, className, split } = item;
  const { format, width, height, orientation = 1 } = content.facts;
  const { tag, ...labels } = placeLabels(item.record, { width, height, orientation });
  const hash = hashes.get(content.bytes);
  const thumbnailHash = hashes.get(content.thumbnail);
  assert(hash && thumbnailHash, `${path} has not been written`);
  return {
    outcome: 'picture',
    path,
    hash: imageHashSchema.parse(hash),
    thumbnailHash,
    fileName,
    width,
    height,
    sizeBytes: content.bytes.length,
    format,
    quality: content.quality,
    origin: content.origin,
    className: className ?? tag,
    split,
    labels,
  };
}
