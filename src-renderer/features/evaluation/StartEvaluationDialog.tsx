/** Asks which model is to be measured on which pictures, and starts the job. */
import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type DatasetVersion,
  formatDatasetReference,
  type ModelVersion,
  splits,
} from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatCount } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { modelReference } from '../registry/model-reference.ts';

interface StartEvaluationDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function StartEvaluationDialog({ isOpen, onClose }: StartEvaluationDialogProps) {
  const models = useQuery(station.registry.listVersions.queryOptions({ input: {} }));
  const datasets = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  return (
    <Modal opened={isOpen} onClose={onClose} title="Measure a model" size="lg">
      <Loaded query={models}>
        {(versions) => (
          <Loaded query={datasets}>
            {(sets) => <StartForm versions={versions} datasets={sets} onClose={onClose} />}
          </Loaded>
        )}
      </Loaded>
    </Modal>
  );
}

interface StartFormProps {
  readonly versions: readonly ModelVersion[];
  readonly datasets: readonly DatasetVersion[];
  readonly onClose: () => void;
}

function StartForm({ versions, datasets, onClose }: StartFormProps) {
  const parts = partsOf(datasets);
  const [model, setModel] = useState(versions[0] === undefined ? null : modelReference(versions[0]));
  const [dataset, setDataset] = useState(
    (parts.find(({ value }) => value.endsWith('/test')) ?? parts[0])?.value ?? null,
  );
  const start = useMutation(station.evaluation.startEvaluation.mutationOptions({ onSuccess: onClose }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (model !== null && dataset !== null) start.mutate({ model, dataset });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {start.isError && (
          <Notice tone="bad" title="Nothing was started">
            {errorMessage(start.error)}
          </Notice>
        )}
        <Select
          label="Model"
          searchable
          data={versions.map((version) => ({
            value: modelReference(version),
            label: `${version.name} v${version.version}${version.aliases.map((alias) => `, ${alias}`).join('')}`,
          }))}
          value={model}
          onChange={setModel}
        />
        <Select
          label="Pictures"
          description="Those of the test part say how it does on what it has never seen"
          searchable
          data={parts}
          value={dataset}
          onChange={setDataset}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={start.isPending} disabled={model === null || dataset === null}>
            Measure
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Parts of dataset versions that hold pictures. */
function partsOf(datasets: readonly DatasetVersion[]) {
  return datasets.flatMap(({ name, version, counts }) =>
    splits
      .filter((split) => counts[split] > 0)
      .map((split) => ({
        value: formatDatasetReference({ name, version, split }),
        label: `${name} v${version}, ${split}: ${formatCount(counts[split])} pictures`,
      })),
  );
}
