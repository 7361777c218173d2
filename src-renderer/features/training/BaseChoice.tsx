/** What a run starts from: nothing, or a registered version whose knowledge it keeps. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion, ModelVersion, Task } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';

interface BaseChoiceProps {
  readonly task: Task;
  /** `NAME/VERSION`, empty for nothing. */
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (base: string) => void;
}

export function BaseChoice({ task, value, error, onChange }: BaseChoiceProps) {
  const versions = useQuery(station.registry.listVersions.queryOptions({ input: {} }));
  const datasets = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const options = (versions.data ?? [])
    .filter((version) => taskOf(version, datasets.data ?? []) === task)
    .map(describeVersion);
  if (options.length === 0) return null;
  return (
    <Select
      label="Start from"
      description="Learns faster from a model of similar pictures, also with other classes"
      data={[{ value: '', label: 'Nothing' }, ...options]}
      value={value}
      error={error}
      searchable
      onChange={(base) => onChange(base ?? '')}
    />
  );
}

/** That of the pictures it learned from; what was registered from a file without any tells classes. */
function taskOf({ dataset, architecture }: ModelVersion, datasets: readonly DatasetVersion[]): Task {
  const source = datasets.find(({ name, version }) => name === dataset?.name && version === dataset.version);
  return source?.task ?? (architecture.startsWith('detector-') ? 'detection' : 'classification');
}

function describeVersion({ name, version, aliases, imageSize }: ModelVersion) {
  const reference = `${name}/${version}`;
  const roles = aliases.length === 0 ? '' : `, ${aliases.join(', ')}`;
  return { value: reference, label: `${reference} (${imageSize} px${roles})` };
}
