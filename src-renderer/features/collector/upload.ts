/** Sends picked files to the station, a few at a time, and starts their import. */
import type { Import, ImportRequest, StationClient } from '../../../src-preload/contract/index.ts';
import type { PickedFile } from './picked-files.ts';

export interface UploadProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
}

export interface UploadRequest {
  readonly files: readonly PickedFile[];
  readonly options: Omit<ImportRequest, 'paths' | 'labelsPath'>;
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

const parallelFiles = 4;
const attempts = 3;

/** Uploads everything, then queues the import; throws at the first file that can not be sent. */
export async function uploadAndImport(client: StationClient, request: UploadRequest): Promise<Import> {
  const { files, options, signal, onProgress } = request;
  const { uploadId } = await client.collector.openUpload({}, { signal });
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  let progress: UploadProgress = { files: files.length, filesDone: 0, bytes, bytesDone: 0 };
  onProgress(progress);
  const send = async ({ file, path }: PickedFile): Promise<void> => {
    const upload = { uploadId, path, file, modifiedAt: file.lastModified };
    await repeat(attempts, signal, () => client.collector.uploadFile(upload, { signal }));
    progress = {
      ...progress,
      filesDone: progress.filesDone + 1,
      bytesDone: progress.bytesDone + file.size,
    };
    onProgress(progress);
  };
  await eachInParallel(files, parallelFiles, send);
  return client.collector.importUpload({ uploadId, ...options }, { signal });
}

async function eachInParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const drain = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, drain));
}

async function repeat<T>(times: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let left = times - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || signal.aborted || !isLineFault(error)) throw error;
    }
  }
}

/** `fetch` throws a TypeError when no answer came; an answer with an error code is not tried again. */
function isLineFault(error: unknown): boolean {
  return error instanceof TypeError;
}
