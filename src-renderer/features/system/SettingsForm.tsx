/** The settings of the station; each is kept as soon as its field is left. */
import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deviceSchema, type Settings } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';

export function SettingsForm() {
  const query = useQuery(station.system.getSettings.queryOptions());
  return (
    <Panel title="Settings" note="Kept as soon as you leave a field" testId="settings">
      <Loaded query={query} height={160}>
        {(settings) => <Fields settings={settings} />}
      </Loaded>
    </Panel>
  );
}

function Fields({ settings }: { readonly settings: Settings }) {
  const save = useSaveSettings();
  const kept = roundedPoints(settings.promotionMargin);
  const [draft, setDraft] = useState<number | string | null>(null);
  const saveMargin = (): void => {
    if (draft !== null && draft !== '' && draft !== kept)
      save.mutate({ promotionMargin: Number(draft) / 100 });
    setDraft(null);
  };
  return (
    <SimpleGrid cols={2} verticalSpacing="md">
      <TextSetting
        label="Station name"
        description="Shown beside the logo and in reports"
        value={settings.stationName}
        onSave={(stationName) => save.mutate({ stationName })}
      />
      <TextSetting
        label="Operator"
        description="Written beside labels and promotions"
        value={settings.operator}
        onSave={(operator) => save.mutate({ operator })}
      />
      <NumberInput
        label="Promotion margin"
        description="A challenger must be better by this"
        suffix={Number(draft ?? kept) === 1 ? ' point' : ' points'}
        min={0}
        max={100}
        step={0.5}
        decimalScale={2}
        value={draft ?? kept}
        onChange={setDraft}
        onBlur={saveMargin}
      />
      <Select
        label="Device"
        description="Automatic: fastest that works"
        data={devices}
        value={settings.device}
        onChange={(value) => {
          const device = deviceSchema.safeParse(value).data;
          if (device !== undefined) save.mutate({ device });
        }}
      />
    </SimpleGrid>
  );
}

function useSaveSettings() {
  const queryClient = useQueryClient();
  return useMutation(
    station.system.updateSettings.mutationOptions({
      // Shown at once, so that a field does not fall back to its old value while the station answers.
      onMutate: (change) =>
        queryClient.setQueryData(station.system.getSettings.queryKey(), (settings) =>
          settings === undefined ? undefined : withChange(settings, change),
        ),
      onSuccess: () => notifyDone('Setting kept'),
      onSettled: () => queryClient.invalidateQueries({ queryKey: station.system.getSettings.key() }),
      onError: (error) => notifyFailure('The setting was not changed', error),
    }),
  );
}

function withChange(
  settings: Settings,
  change: Partial<{ [Key in keyof Settings]: Settings[Key] | undefined }>,
) {
  const defined = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(defined) };
}

interface TextSettingProps {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onSave: (value: string) => void;
}

function TextSetting({ label, description, value, onSave }: TextSettingProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const leave = (): void => {
    const trimmed = draft?.trim() ?? '';
    if (trimmed !== '' && trimmed !== value) onSave(trimmed);
    setDraft(null);
  };
  return (
    <TextInput
      label={label}
      description={description}
      maxLength={200}
      value={draft ?? value}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}

function roundedPoints(fraction: number): number {
  return Math.round(fraction * 10_000) / 100;
}

const devices = [
  { value: 'auto', label: 'Automatic' },
  { value: 'cpu', label: 'CPU' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'cuda', label: 'CUDA' },
  { value: 'directml', label: 'DirectML' },
  { value: 'coreml', label: 'Core ML' },
];
