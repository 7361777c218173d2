/** Chooses who labels in this window; a new name is a new annotator. */
import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { station } from '../../client/station.ts';
import { useAnnotator } from './annotator-store.ts';

export function AnnotatorChooser() {
  const { annotator, choose } = useAnnotator();
  const settings = useQuery(station.system.getSettings.queryOptions());
  const known = useQuery(station.annotation.listAnnotators.queryOptions());
  const [draft, setDraft] = useState<string | null>(null);
  const take = (name: string): void => {
    setDraft(null);
    const chosen = name.trim() === '' ? undefined : name.trim();
    if (chosen !== annotator) choose(chosen);
  };
  return (
    <Autocomplete
      label="Annotator"
      size="md"
      ta="left"
      placeholder={`${settings.data?.operator ?? 'Operator'}, accepted labels`}
      maxLength={200}
      data={(known.data ?? []).map(({ name }) => name)}
      value={draft ?? annotator ?? ''}
      onChange={setDraft}
      onOptionSubmit={take}
      onBlur={() => draft !== null && take(draft)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && draft !== null) take(draft);
      }}
    />
  );
}
