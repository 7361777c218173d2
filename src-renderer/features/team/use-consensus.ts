/** Takes a consensus as labels, and takes the last one back. */
import { useMutation } from '@tanstack/react-query';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';

export function useConsensus() {
  const apply = useMutation(
    station.annotation.applyConsensus.mutationOptions({
      onSuccess: ({ changed, undecided }) =>
        notifyDone(
          `${formatPlural(changed.length, 'picture')} labelled by consensus`,
          undecided.length === 0 ? 'Undo takes it back.' : `${undecided.length} undecided, left as they are.`,
        ),
      onError: (error) => notifyFailure('The consensus was not taken', error),
    }),
  );
  const undo = useMutation(
    station.annotation.undoConsensus.mutationOptions({
      onSuccess: ({ imageHashes }) =>
        notifyDone(
          imageHashes.length === 0
            ? 'No consensus to undo'
            : `${formatPlural(imageHashes.length, 'picture')} undone`,
        ),
      onError: (error) => notifyFailure('Nothing undone', error),
    }),
  );
  return { apply, undo };
}
