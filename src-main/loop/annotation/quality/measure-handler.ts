/** The books of a job that measures pictures: what is left to do, and a row for each picture. */
import type { JobHandler } from '../../../jobs/job-kind.ts';
import type { Store } from '../../../store/store.ts';
import type { MeasureResult, MeasureSpec, MeasureUpdate } from './measure-job.ts';

export type MeasureHandler = JobHandler<unknown, MeasureSpec, MeasureUpdate, MeasureResult>;

export function createMeasureHandler({
  store,
}: {
  readonly store: Pick<Store, 'quality' | 'images'>;
}): MeasureHandler {
  return {
    resumesAfterRestart: true,
    maxAttempts: 3,
    prepare: () => ({ pictures: store.quality.listUnmeasured() }),
    onUpdate: (_job, _request, { measured }) => {
      for (const { imageHash, quality, origin } of measured) {
        store.quality.insertPicture(imageHash, quality);
        store.images.putOrigin(imageHash, origin);
      }
    },
    onEnd: () => undefined,
  };
}
