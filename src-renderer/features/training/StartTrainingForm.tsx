/** Starts a run: a dataset, a size of model and a time budget; the rest has defaults that work. */
import { Button, Collapse, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { ChevronDown, ChevronUp, Play } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { DatasetVersion, Task } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { Notice } from '../../components/Notice.tsx';
import { AdvancedFields } from './AdvancedFields.tsx';
import { ArchitectureChoice } from './ArchitectureChoice.tsx';
import { BaseChoice } from './BaseChoice.tsx';
import { RunEstimate, useRunEstimate } from './RunEstimate.tsx';
import classes from './StartTrainingForm.module.css';
import {
  changeDataset,
  defaultTrainingForm,
  type FormProblems,
  readTrainingForm,
  type TrainingForm,
} from './training-form.ts';
import { optionGroups } from './training-options.ts';

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
  const references = versions.map(referenceOf);
  const chosen = dataset !== undefined && references.includes(dataset) ? dataset : (references[0] ?? '');
  const [form, setForm] = useState(() => defaultTrainingForm(chosen, device));
  const [isAdvanced, { toggle }] = useDisclosure(false);
  const start = useStartRun();
  const task = taskOf(versions, form.dataset);
  const read = readTrainingForm(form, task);
  const problems = read.isValid ? {} : read.problems;
  const estimate = useRunEstimate(read.isValid ? read.request : null);
  const onChange: FieldsProps['onChange'] = (change) => setForm((before) => ({ ...before, ...change }));
  const fields: FieldsProps = { form, problems, onChange };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (read.isValid) start.mutate(read.request);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <MainFields {...fields} versions={versions} task={task} />
        <AdvancedToggle isOpen={isAdvanced} onToggle={toggle} />
        <Collapse expanded={isAdvanced || hasOptionProblem(problems, task)}>
          <AdvancedFields key={task} {...fields} task={task} estimate={estimate.data} />
        </Collapse>
        {start.isError && (
          <Notice tone="bad" title="The run was not started">
            {errorMessage(start.error)}
          </Notice>
        )}
        <div className={classes.footer}>
          <RunEstimate query={estimate} problem={describeProblem(problems, task)} />
          <Button
            type="submit"
            size="lg"
            fullWidth
            disabled={!read.isValid}
            loading={start.isPending}
            leftSection={<Play size={19} aria-hidden />}
          >
            Start training
          </Button>
        </div>
      </Stack>
    </form>
  );
}

function referenceOf({ name, version }: DatasetVersion): string {
  return `${name}@${version}`;
}

function taskOf(versions: readonly DatasetVersion[], reference: string): Task {
  return versions.find((version) => referenceOf(version) === reference)?.task ?? 'classification';
}

function hasOptionProblem(problems: FormProblems, task: Task): boolean {
  return listOptions(task).some(({ name }) => name in problems);
}

/** The first one, with the field's name as it is on the page. */
function describeProblem(problems: FormProblems, task: Task): string | undefined {
  const [first] = Object.entries(problems);
  if (first === undefined) return undefined;
  const [name, message] = first;
  return `${mainLabels[name] ?? listOptions(task).find((option) => option.name === name)?.label ?? name}: ${message}`;
}

function listOptions(task: Task) {
  return optionGroups[task].flatMap(({ options }) => options);
}

const mainLabels: Readonly<Record<string, string>> = { model: 'Model name', timeBudgetMin: 'Time budget' };

function AdvancedToggle({ isOpen, onToggle }: { readonly isOpen: boolean; readonly onToggle: () => void }) {
  const Icon = isOpen ? ChevronUp : ChevronDown;
  return (
    <Button
      variant="subtle"
      color="gray"
      size="sm"
      px="xs"
      style={{ alignSelf: 'flex-start' }}
      onClick={onToggle}
      aria-expanded={isOpen}
      leftSection={<Icon size={18} aria-hidden />}
    >
      Advanced options
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
  versions,
  task,
}: FieldsProps & { readonly versions: readonly DatasetVersion[]; readonly task: Task }) {
  return (
    <>
      <SimpleGrid cols={2}>
        <Select
          label="Dataset"
          data={versions.map(referenceOf)}
          allowDeselect={false}
          value={form.dataset}
          error={problems.dataset}
          onChange={(value) => onChange(changeDataset(value ?? '', taskOf(versions, value ?? '') === task))}
        />
        <TextInput
          label="Model name"
          placeholder={form.dataset.split('@')[0] ?? ''}
          value={form.model}
          error={problems.model}
          onChange={(event) => onChange({ model: event.currentTarget.value })}
        />
      </SimpleGrid>
      <BaseChoice
        task={task}
        value={form.base}
        error={problems.base}
        onChange={(base) => onChange({ base })}
      />
      {form.base === '' && (
        <ArchitectureChoice
          task={task}
          value={form.architecture}
          onChange={(architecture) => onChange({ architecture })}
        />
      )}
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
