/** Decisions about a group of pictures that look alike: which are kept, which are set aside, and the way back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { DuplicateGroup } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';

export interface Decisions {
  /** @param place in the group, 0 upwards; what the group has not is left alone */
  keepOne(place: number): void;
  keepAll(): void;
  undo(): void;
  readonly isBusy: boolean;
}

export function useDecisions(group: DuplicateGroup | undefined): Decisions {
  const queryClient = useQueryClient();
  const onSuccess = async (): Promise<void> => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: station.annotation.checkQuality.key() }),
      queryClient.invalidateQueries({ queryKey: station.annotation.listDuplicateGroups.key() }),
      queryClient.invalidateQueries({ queryKey: station.images.key() }),
    ]);
  };
  const decide = useMutation(
    station.annotation.decideQuality.mutationOptions({
      onSuccess,
      onError: (error) => notifyFailure('The decision was not kept', error),
    }),
  );
  const undo = useMutation(
    station.annotation.undoQualityDecision.mutationOptions({
      onSuccess,
      onError: (error) => notifyFailure('The decision was not taken back', error),
    }),
  );
  // A second key before the next group is there would decide about one that nobody has seen.
  const isBusy = decide.isPending || undo.isPending;
  const hashes = group?.pictures.map(({ image }) => image.hash) ?? [];
  return {
    isBusy,
    keepOne: (place) => {
      const kept = hashes[place];
      if (isBusy || kept === undefined) return;
      decide.mutate({ keep: [kept], setAside: hashes.filter((hash) => hash !== kept) });
    },
    keepAll: () => {
      if (!isBusy && hashes.length > 1) decide.mutate({ keep: hashes, setAside: [] });
    },
    undo: () => {
      if (!isBusy) undo.mutate({});
    },
  };
}
