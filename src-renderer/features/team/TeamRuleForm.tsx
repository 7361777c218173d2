/** How pictures are shared out to annotators, and when their answers make a label; kept when a field is left. */
import { NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TeamRule } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './Team.module.css';

const fields: readonly (readonly [key: keyof TeamRule, label: string, description: string, least: number])[] =
  [
    ['overlapShare', 'Answered by several', 'Share of the pictures; 0 switches it off', 0],
    ['quorum', 'Quorum', 'Share of the answers that must agree', 1],
    ['iou', 'Overlap', 'From which two boxes are one thing', 5],
  ];

export function TeamRuleForm() {
  const queryClient = useQueryClient();
  const query = useQuery(station.system.getSettings.queryOptions());
  const save = useMutation(
    station.system.updateSettings.mutationOptions({
      onError: (error) => notifyFailure('The setting was not changed', error),
      onSettled: () =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: station.system.getSettings.key() }),
          queryClient.invalidateQueries({ queryKey: station.annotation.key() }),
        ]),
    }),
  );
  return (
    <Panel title="Rules" note="Kept as soon as you leave a field" testId="team-rule">
      <Loaded query={query} height={70}>
        {({ team }) => (
          <div className={classes.rules}>
            {fields.map(([key, label, description, least]) => (
              <PercentField
                key={key}
                {...{ label, description, least, value: team[key] }}
                onSave={(value) => save.mutate({ team: { ...team, [key]: value } })}
              />
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

interface PercentFieldProps {
  readonly label: string;
  readonly description: string;
  /** Percent. */
  readonly least: number;
  /** Share, 0 to 1. */
  readonly value: number;
  readonly onSave: (value: number) => void;
}

function PercentField({ label, description, least, value, onSave }: PercentFieldProps) {
  const [draft, setDraft] = useState<number | string | null>(null);
  const kept = Math.round(value * 100);
  const leave = (): void => {
    if (draft !== null && draft !== '' && draft !== kept) onSave(Number(draft) / 100);
    setDraft(null);
  };
  return (
    <NumberInput
      {...{ label, description }}
      suffix=" %"
      min={least}
      max={100}
      step={5}
      allowDecimal={false}
      value={draft ?? kept}
      onChange={setDraft}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}
