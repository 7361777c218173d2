/** Chooses the most diverse pictures inside a worker process: of very many pictures it takes seconds to minutes. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import type { JobBody } from '../../../jobs/job-kind.ts';
import { type CenterSearch, createCenterSearch } from '../../../statistics/k-center.ts';
import { descriptorBytes } from '../../../vision/picture-descriptor.ts';
import type { DiversifyResult, DiversifySpec, DiversifyUpdate } from './diversify-job.ts';

/** Labelled pictures that are held against all others between two turns: a wish to stop is heard in between. */
const centersATurn = 50;

export const diversifyBody: JobBody<DiversifySpec, DiversifyUpdate, DiversifyResult> = async (
  { imageHashes, descriptors, labelled, count },
  { signal, reportProgress, commit },
) => {
  const search = createCenterSearch({ width: descriptorBytes, values: descriptors });
  const centers = labelled.length / descriptorBytes;
  const wanted = Math.min(count, imageHashes.length);
  const steps = centers + wanted;
  const pause = async (done: number, message: string) => {
    throwIfCancelled(signal);
    reportProgress(done / Math.max(1, steps), message);
    await nextTurn();
  };
  for (let center = 0; center < centers; center++) {
    search.addCenter(labelled.subarray(center * descriptorBytes, (center + 1) * descriptorBytes));
    if (center % centersATurn === 0) await pause(center, `labelled picture ${center + 1} of ${centers}`);
  }
  const chosen = await chooseAll(search, imageHashes, wanted, (done) =>
    pause(centers + done, `choice ${done} of ${wanted}`),
  );
  await commit({ chosen });
  return { pictures: chosen.length };
};

async function chooseAll(
  search: CenterSearch,
  imageHashes: readonly ImageHash[],
  wanted: number,
  pause: (done: number) => Promise<void>,
): Promise<ImageHash[]> {
  const chosen: ImageHash[] = [];
  while (chosen.length < wanted) {
    const next = search.chooseNext();
    const hash = next && imageHashes[next.index];
    if (hash === undefined) break;
    chosen.push(hash);
    await pause(chosen.length);
  }
  return chosen;
}
