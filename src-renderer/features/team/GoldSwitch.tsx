/** Keeps the accepted labels of a picture as known truth, by which annotators are judged. */
import { Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ImageHash } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { useAnnotator } from './annotator-store.ts';

interface GoldSwitchProps {
  readonly imageHash: ImageHash;
  readonly isLabelled: boolean;
}

/** Not shown to annotators: they are not to know. */
export function GoldSwitch({ imageHash, isLabelled }: GoldSwitchProps) {
  const queryClient = useQueryClient();
  const { annotator } = useAnnotator();
  const gold = useQuery(station.annotation.listGold.queryOptions());
  const mark = useMutation(
    station.annotation.markGold.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: station.annotation.listGold.key() }),
      onError: (error) => notifyFailure('The truth was not kept', error),
    }),
  );
  const isGold = gold.data?.some((picture) => picture.imageHash === imageHash) ?? false;
  if (annotator !== undefined || !(isLabelled || isGold)) return null;
  return (
    <Switch
      label="Known truth for annotators"
      checked={isGold}
      disabled={mark.isPending}
      onChange={(event) => mark.mutate({ imageHash, isGold: event.currentTarget.checked })}
    />
  );
}
