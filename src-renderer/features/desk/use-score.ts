/** What a model says of a picture and of its label, and the word of a person that the label stands. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ImageHash, PictureScore } from '../../../src-preload/contract/index.ts';
import { station, stationClient } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { annotatorInput } from '../team/annotator-store.ts';
import { strokeOrder } from './use-annotation.ts';

export function scoreOptions(imageHash: ImageHash) {
  return station.annotation.findScore.queryOptions({ input: { imageHash }, staleTime: 30_000 });
}

/** Null where no model has looked; undefined until it is known. */
export function useScore(imageHash: ImageHash): PictureScore | null | undefined {
  return useQuery(scoreOptions(imageHash)).data;
}

export type ConfirmLabel = (imageHash: ImageHash, isKept: boolean) => void;

/** In line with the strokes, so that a queue that is read afterwards knows of it. */
export function useConfirmLabel(): ConfirmLabel {
  const queryClient = useQueryClient();
  const confirm = useMutation({
    ...strokeOrder,
    mutationFn: (decision: { readonly imageHash: ImageHash; readonly isKept: boolean }) =>
      stationClient.annotation.confirmLabel({ ...decision, ...annotatorInput() }),
    onSuccess: (score) =>
      queryClient.setQueryData<PictureScore | null>(scoreOptions(score.imageHash).queryKey, score),
    onError: (error) => notifyFailure('The label was not confirmed', error),
  });
  return (imageHash, isKept) => confirm.mutate({ imageHash, isKept });
}
