/** One threshold of the settings: moved by hand or keys, kept when let go. */
import { Slider } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { station } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import classes from './ThresholdSlider.module.css';
import type { ThresholdRange } from './thresholds.ts';

interface ThresholdSliderProps {
  readonly name: string;
  readonly range: ThresholdRange;
}

export function ThresholdSlider({ name, range }: ThresholdSliderProps) {
  const settings = useQuery(station.system.getSettings.queryOptions());
  const [draft, setDraft] = useState<number | null>(null);
  const save = useSaveThresholds(() => setDraft(null));
  const quality = settings.data?.quality;
  if (quality === undefined) return null;
  const value = draft ?? quality[range.key];
  return (
    <div className={classes.threshold}>
      <Slider
        className={classes.slider}
        thumbLabel={`Threshold: ${name}`}
        label={null}
        size={4}
        thumbSize={16}
        min={range.min}
        max={range.max}
        step={range.step}
        value={value}
        onChange={setDraft}
        onChangeEnd={(kept) => save.mutate({ quality: { ...quality, [range.key]: kept } })}
      />
      <span className={classes.text}>{range.toText(value)}</span>
    </div>
  );
}

function useSaveThresholds(onSettled: () => void) {
  const queryClient = useQueryClient();
  return useMutation(
    station.system.updateSettings.mutationOptions({
      onSuccess: async (settings) => {
        queryClient.setQueryData(station.system.getSettings.queryKey(), settings);
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: station.annotation.checkQuality.key() }),
          queryClient.invalidateQueries({ queryKey: station.annotation.listDuplicateGroups.key() }),
        ]);
      },
      onError: (error) => notifyFailure('The threshold was not changed', error),
      onSettled,
    }),
  );
}
