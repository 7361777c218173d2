/** Measures pictures inside a worker process, and tells the station in small parts. */
import { AppError } from '../../../base/app-error.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import type { JobBody, JobContext } from '../../../jobs/job-kind.ts';
import { type BlobStore, createBlobStore } from '../../../store/blobs.ts';
import { readPictureQuality } from '../../../vision/picture-quality.ts';
import { makePlaceholder } from '../../../vision/placeholder.ts';
import { readCapture } from '../../../vision/read-capture.ts';
import type { MeasuredPicture, MeasureResult, MeasureSpec, MeasureUpdate } from './measure-job.ts';

/** Pictures that are decoded side by side and made durable together. */
const part = 32;

export const measureBody: JobBody<MeasureSpec, MeasureUpdate, MeasureResult> = async (
  { pictures },
  context,
) => {
  const blobs = createBlobStore(context.blobsDir);
  for (let start = 0; start < pictures.length; start += part) {
    throwIfCancelled(context.signal);
    const few = pictures.slice(start, start + part);
    const measured = await Promise.all(few.map((picture) => measure(picture, blobs, context)));
    await context.commit({ measured: measured.filter((one) => one !== null) });
    const done = start + few.length;
    context.reportProgress(done / pictures.length, `${done} of ${pictures.length} pictures`);
  }
  return { pictures: pictures.length };
};

/** One that can not be read is told, and keeps nobody from the others. */
async function measure(
  { imageHash, ...size }: MeasureSpec['pictures'][number],
  blobs: BlobStore,
  { log }: Pick<JobContext<MeasureUpdate>, 'log'>,
): Promise<MeasuredPicture | null> {
  try {
    const bytes = await blobs.read(imageHash);
    const origin = { ...(await readCapture(bytes)), placeholder: await makePlaceholder(bytes) };
    return { imageHash, quality: await readPictureQuality(bytes, size), origin };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log('warn', `picture ${imageHash}: ${error.message}`);
    return null;
  }
}
