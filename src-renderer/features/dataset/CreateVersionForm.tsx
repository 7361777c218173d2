/** Freezes the labelled pictures into a new dataset version. */
import { Button, Checkbox, Modal, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { type DatasetVersion, nameSchema } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { datasetHref, datasetReference } from './dataset-href.ts';
import { SplitBar } from './SplitBar.tsx';
import {
  defaultPercents,
  moveShare,
  type SplitPercents,
  splitProblem,
  toFractions,
} from './split-fractions.ts';

interface CreateVersionFormProps {
  /** The newest version, whose name and splits are offered. */
  readonly newest: DatasetVersion | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function CreateVersionForm(props: CreateVersionFormProps) {
  return (
    <Modal opened={props.isOpen} onClose={props.onClose} title="Create a dataset version" size="lg">
      {props.isOpen && <VersionFields {...props} />}
    </Modal>
  );
}

function VersionFields({ newest, onClose }: CreateVersionFormProps) {
  const [name, setName] = useState(newest?.name ?? 'pictures');
  const [keepsSplits, setKeepsSplits] = useState(true);
  const [percents, setPercents] = useState<SplitPercents>(percentsOf(newest));
  const [seed, setSeed] = useState(newest?.seed ?? 0);
  const create = useCreateVersion(onClose);
  const nameProblem = nameSchema.safeParse(name).error?.issues[0]?.message;
  const shareProblem = keepsSplits ? null : splitProblem(percents);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (nameProblem !== undefined || shareProblem !== null) return;
    create.mutate(keepsSplits ? { name, seed } : { name, seed, splits: toFractions(percents) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <LabelledCount />
        <TextInput
          label="Name"
          description="An existing name gives its next version."
          required
          value={name}
          error={nameProblem}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox
          size="md"
          label="Pictures keep the split they have or came with"
          description="The others go 70, 20 and 10 percent. The test pictures stay the same, so models stay comparable."
          checked={keepsSplits}
          onChange={(event) => setKeepsSplits(event.currentTarget.checked)}
        />
        {!keepsSplits && <SplitFields percents={percents} problem={shareProblem} onChange={setPercents} />}
        <NumberInput
          label="Seed"
          description="The same pictures and the same seed give the same split."
          value={seed}
          min={0}
          allowDecimal={false}
          onChange={(value) => setSeed(Number(value) || 0)}
        />
        {create.isError && (
          <Notice tone="bad" title="The version was not created">
            {errorMessage(create.error)}
          </Notice>
        )}
        <Button type="submit" loading={create.isPending} style={{ alignSelf: 'flex-end' }}>
          Create version
        </Button>
      </Stack>
    </form>
  );
}

/** The station makes no further version where labels and splits are what the newest one holds. */
function useCreateVersion(onClose: () => void) {
  const versions = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const known = new Set(versions.data?.map(datasetReference));
  const [, navigate] = useLocation();
  return useMutation(
    station.dataset.createVersion.mutationOptions({
      onSuccess: (version) => {
        const title = `${version.name}, version ${version.version}`;
        if (known.has(datasetReference(version)))
          notifyDone(`Nothing changed since ${title}`, 'It is still the newest.');
        else notifyDone(`Created ${title}`);
        onClose();
        navigate(datasetHref(version));
      },
    }),
  );
}

function LabelledCount() {
  const counts = useQuery(station.images.countImages.queryOptions());
  if (counts.data === undefined) return null;
  const { labelled, total } = counts.data;
  const left = total - labelled;
  return (
    <Text>
      {formatPlural(labelled, 'labelled picture')} will be frozen
      {left > 0 && `; ${formatPlural(left, 'unlabelled picture')} stay out`}.
    </Text>
  );
}

interface SplitFieldsProps {
  readonly percents: SplitPercents;
  readonly problem: string | null;
  readonly onChange: (percents: SplitPercents) => void;
}

const shares = [
  { index: 0, label: 'Train', description: 'The model learns from these' },
  { index: 1, label: 'Validation', description: 'Decide when to stop' },
  { index: 2, label: 'Test', description: 'Measure the result' },
] as const;

function SplitFields({ percents, problem, onChange }: SplitFieldsProps) {
  const setShare = (index: 0 | 1 | 2, value: number): void => {
    const next: [number, number, number] = [...percents];
    next[index] = value;
    onChange(next);
  };
  return (
    <Stack gap="xs">
      <SimpleGrid cols={3}>
        {shares.map(({ index, label, description }) => (
          <NumberInput
            key={label}
            label={label}
            description={description}
            suffix=" %"
            min={0}
            max={100}
            value={percents[index]}
            error={problem !== null}
            onChange={(value) => setShare(index, Number(value))}
            onBlur={() =>
              problem !== null && index !== 2 && onChange(moveShare(percents, index, percents[index]))
            }
          />
        ))}
      </SimpleGrid>
      <SplitBar counts={{ train: percents[0], val: percents[1], test: percents[2] }} />
      {problem !== null && (
        <Text size="sm" c="var(--fs-bad)" role="alert">
          {problem}
        </Text>
      )}
    </Stack>
  );
}

function percentsOf(version: DatasetVersion | undefined): SplitPercents {
  if (version?.splits == null) return defaultPercents;
  const [train, val, test] = version.splits.map((fraction) => Math.round(fraction * 1000) / 10);
  return [train ?? 70, val ?? 20, test ?? 10];
}
