/** The books of a job that chooses the most diverse pictures. */
import { createRandom } from '../../../base/random.ts';
import type { JobHandler } from '../../../jobs/job-kind.ts';
import type { Store } from '../../../store/store.ts';
import type { DescribedPicture } from '../../../store/tables/diverse-pictures.ts';
import type { DiversifyRequest, DiversifyResult, DiversifySpec, DiversifyUpdate } from './diversify-job.ts';

export type DiversifyHandler = JobHandler<DiversifyRequest, DiversifySpec, DiversifyUpdate, DiversifyResult>;

/**
 * More labelled pictures are stood in for by so many of them, drawn at random: beyond that a choice of a thousand among
 * 100,000 would take minutes, and of what is labelled already thousands lie close together.
 */
const mostLabelled = 5_000;

export function createDiversifyHandler({
  store,
}: {
  readonly store: Pick<Store, 'diversePictures'>;
}): DiversifyHandler {
  return {
    resumesAfterRestart: true,
    maxAttempts: 3,
    prepare: (_job, { count }) => {
      const open = store.diversePictures.listDescribed(false);
      const labelled = store.diversePictures.listDescribed(true);
      const drawn = createRandom(0, 'diverse').shuffle(labelled).slice(0, mostLabelled);
      return {
        count,
        imageHashes: open.map(({ imageHash }) => imageHash),
        descriptors: join(open),
        labelled: join(labelled.length > mostLabelled ? drawn : labelled),
      };
    },
    onUpdate: (_job, _request, { chosen }) => store.diversePictures.replace(chosen),
    onEnd: () => undefined,
  };
}

function join(pictures: readonly DescribedPicture[]): Uint8Array {
  return Buffer.concat(pictures.map(({ descriptor }) => descriptor));
}
