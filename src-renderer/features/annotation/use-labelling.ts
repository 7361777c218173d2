/** Labelling that is seen at once: the cache changes first, the station confirms, a refusal is rolled back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Image, ImageHash } from '../../../src-preload/contract/index.ts';
import { station, stationClient } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { cachedImages, patchImages, refreshImages } from '../image/image-cache.ts';
import { annotatorInput } from '../team/annotator-store.ts';

interface LabelStep {
  readonly imageHashes: readonly ImageHash[];
  readonly className: string | null;
}

/** Pictures that the station changes between two turns for others. */
const stepLimit = 5_000;

export interface Labelling {
  /** @returns the steps that changed something, each of which undo takes back by itself */
  readonly label: (imageHashes: readonly ImageHash[], className: string | null) => Promise<number>;
  readonly undo: () => Promise<readonly ImageHash[]>;
  readonly redo: () => Promise<readonly ImageHash[]>;
}

export function useLabelling(): Labelling {
  const queryClient = useQueryClient();
  const setClass = useMutation({
    // One after the other, in the order of the keys, so that undo takes back what came last.
    scope: { id: 'labelling' },
    mutationFn: (step: LabelStep) =>
      stationClient.annotation.setClass({
        ...{ imageHashes: [...step.imageHashes], className: step.className },
        ...annotatorInput(),
      }),
    onMutate: (step) => {
      const hashes = new Set<string>(step.imageHashes);
      const before = [...cachedImages(queryClient)].filter(([hash]) => hashes.has(hash));
      patchImages(queryClient, hashes, (image) => relabelled(image, step.className));
      return new Map<string, Image>(before);
    },
    onSuccess: ({ leftOut }) => {
      if (leftOut.length === 0) return;
      void refreshImages(queryClient, leftOut);
      notifyDone(
        `${formatPlural(leftOut.length, 'picture')} left for the desk`,
        'Several annotators answer these without a look at each other: open Label.',
      );
    },
    onError: (error, step, before) => {
      const restore = (image: Image): Image => before?.get(image.hash) ?? image;
      patchImages(queryClient, new Set(step.imageHashes), restore);
      notifyFailure('The label was not taken', error);
    },
  });
  const travel = useTravel();
  return {
    label: async (imageHashes, className) => {
      const parts = Array.from({ length: Math.ceil(imageHashes.length / stepLimit) }, (_, index) =>
        imageHashes.slice(index * stepLimit, (index + 1) * stepLimit),
      );
      const steps = parts.map((part) => setClass.mutateAsync({ imageHashes: part, className }));
      const ends = await Promise.allSettled(steps);
      return ends.filter((end) => end.status === 'fulfilled' && end.value.changed > 0).length;
    },
    undo: () => travel.mutateAsync('undo'),
    redo: () => travel.mutateAsync('redo'),
  };
}

/** Undo and redo; both answer with the pictures that changed, none at the end of the history. */
function useTravel() {
  const queryClient = useQueryClient();
  return useMutation({
    scope: { id: 'labelling' },
    mutationFn: async (way: 'undo' | 'redo') =>
      (await stationClient.annotation[way](annotatorInput())).imageHashes,
    onSuccess: (hashes) => {
      void refreshImages(queryClient, hashes);
      void queryClient.invalidateQueries({ queryKey: station.images.countImages.key() });
    },
    onError: (error, way) =>
      notifyFailure(way === 'undo' ? 'Nothing was undone' : 'Nothing was redone', error),
  });
}

function relabelled(image: Image, className: string | null): Image {
  if (className === null) return { ...image, className, state: 'none', labelSource: null };
  return { ...image, className, state: 'labelled', labelSource: 'human' };
}
