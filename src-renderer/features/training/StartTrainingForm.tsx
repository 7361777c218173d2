/** Starts a run: a dataset, a size of model and a time budget; the rest has defaults that work. */
import { Button, Collapse, Group, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, Play } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { DatasetVersion } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { Notice } from '../../components/Notice.tsx';
import { AdvancedFields } from './AdvancedFields.tsx';
import { ArchitectureChoice } from './ArchitectureChoice.tsx';
import {
  defaultTrainingForm,
  type FormProblems,
  readTrainingForm,
  type TrainingForm,
} from './training-form.ts';

export interface FieldsProps {
  readonly form: TrainingForm;
  readonly problems: FormProblems;
  readonly onChange: (change: Partial<TrainingForm>) => void;
}

interface StartTrainingFormProps {
  readonly versions: readonly DatasetVersion[];
  /** `NAME@2`, from a link; the newest version otherwise. */
  readonly dataset: string | undefined;
  readonly device: string;
}

export function StartTrainingForm({ versions, dataset, device }: StartTrainingFormProps) {
  const references = versions.map(({ name, version }) => `${name}@${version}`);
  const chosen = dataset !== undefined && references.includes(dataset) ? dataset : (references[0] ?? '');
  const [form, setForm] = useState(() => defaultTrainingForm(chosen, device));
  const [problems, setProblems] = useState<FormProblems>({});
  const [isAdvanced, { toggle }] = useDisclosure(false);
  const start = useStartRun();
  const fields: FieldsProps = {
    form,
    problems,
    onChange: (change) => setForm((before) => ({ ...before, ...change })),
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const read = readTrainingForm(form);
    setProblems(read.isValid ? {} : read.problems);
    if (read.isValid) start.mutate(read.request);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <MainFields {...fields} references={references} />
        <Collapse expanded={isAdvanced}>
          <AdvancedFields {...fields} />
        </Collapse>
        {start.isError && (
          <Notice tone="bad" title="The run was not started">
            {errorMessage(start.error)}
          </Notice>
        )}
        <Group gap="xs" wrap="nowrap">
          <AdvancedToggle isOpen={isAdvanced} onToggle={toggle} />
          <Button
            type="submit"
            size="lg"
            px="md"
            flex={1}
            loading={start.isPending}
            leftSection={<Play size={19} aria-hidden />}
          >
            Start training
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AdvancedToggle({ isOpen, onToggle }: { readonly isOpen: boolean; readonly onToggle: () => void }) {
  const Icon = isOpen ? ChevronUp : ChevronDown;
  return (
    <Button
      variant="subtle"
      color="gray"
      px="xs"
      h={50}
      onClick={onToggle}
      aria-expanded={isOpen}
      leftSection={<Icon size={18} aria-hidden />}
    >
      Advanced
    </Button>
  );
}

function useStartRun() {
  const [, navigate] = useLocation();
  return useMutation(
    station.training.startRun.mutationOptions({
      onSuccess: (run) => navigate(`/training/${encodeURIComponent(run.id)}`),
    }),
  );
}

function MainFields({
  form,
  problems,
  onChange,
  references,
}: FieldsProps & { readonly references: readonly string[] }) {
  return (
    <>
      <SimpleGrid cols={2}>
        <Select
          label="Dataset"
          data={[...references]}
          value={form.dataset}
          error={problems.dataset}
          onChange={(value) => onChange({ dataset: value ?? '' })}
        />
        <TextInput
          label="Model name"
          placeholder={form.dataset.split('@')[0] ?? ''}
          value={form.model}
          error={problems.model}
          onChange={(event) => onChange({ model: event.currentTarget.value })}
        />
      </SimpleGrid>
      <ArchitectureChoice value={form.architecture} onChange={(architecture) => onChange({ architecture })} />
      <SimpleGrid cols={2}>
        <NumberInput
          label="Time budget"
          description="The run fits into it"
          placeholder="Automatic"
          suffix=" min"
          min={0}
          value={form.timeBudgetMin}
          error={problems.timeBudgetMin}
          onChange={(value) => onChange({ timeBudgetMin: value === '' ? '' : Number(value) })}
        />
        <Select
          label="Device"
          description="Automatic is fastest"
          data={devices}
          value={form.device}
          error={problems.device}
          onChange={(value) => onChange({ device: value ?? 'auto' })}
        />
      </SimpleGrid>
    </>
  );
}

const devices = [
  { value: 'auto', label: 'Automatic' },
  { value: 'cpu', label: 'CPU' },
  { value: 'webgpu', label: 'WebGPU' },
  { value: 'cuda', label: 'CUDA' },
  { value: 'directml', label: 'DirectML' },
  { value: 'coreml', label: 'Core ML' },
];
