/** Has a model label what nobody has labelled: how sure it must be, how many are looked at all the same, and what came of it. */
import { Button, Modal, Select, Slider } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { WandSparkles } from 'lucide-react';
import { useState } from 'react';
import type { AutoLabel, ImageHash, ModelVersion } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatAgo, formatCount, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import table from '../../components/table.module.css';
import { useNow } from '../../components/use-now.ts';
import classes from './AutoLabelDialog.module.css';

interface AutoLabelDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** These pictures; absent: all that nobody has labelled. */
  readonly imageHashes?: readonly ImageHash[];
}

export function AutoLabelDialog({ isOpen, onClose, imageHashes }: AutoLabelDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Label by model" size="xl">
      <StartForm imageHashes={imageHashes} />
      <PastLabels />
    </Modal>
  );
}

/** The button that opens it. */
export function AutoLabelButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<WandSparkles size={18} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Label by model
      </Button>
      <AutoLabelDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

const firstChoice = { acceptFrom: 95, auditShare: 5, confidence: 25 } as const;

function StartForm({ imageHashes }: { readonly imageHashes: readonly ImageHash[] | undefined }) {
  const queryClient = useQueryClient();
  const versions = useQuery(station.registry.listVersions.queryOptions({ input: {} }));
  const counts = useQuery(station.images.countImages.queryOptions());
  const settings = useQuery(station.system.getSettings.queryOptions());
  const [model, setModel] = useState<string | null>(null);
  const [percent, setPercent] = useState<Readonly<Record<keyof typeof firstChoice, number>>>(firstChoice);
  const start = useMutation(
    station.annotation.startAutoLabel.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: station.annotation.listAutoLabels.key() }),
    }),
  );
  const choices = (versions.data ?? []).map((version) => ({
    value: referenceOf(version),
    label: nameOf(version),
  }));
  const chosen = model ?? choices[0]?.value ?? null;
  const open = imageHashes?.length ?? (counts.data?.total ?? 0) - (counts.data?.labelled ?? 0);
  const chosenPictures = imageHashes && { imageHashes: [...imageHashes] };
  if (versions.data?.length === 0) {
    return (
      <p className={classes.hint}>There is no model yet. Label some pictures by hand, and train the first.</p>
    );
  }
  return (
    <>
      <Select label="Model" data={choices} value={chosen} onChange={setModel} />
      <Share
        name="Taken without a look from this certainty on"
        value={percent.acceptFrom}
        onChange={(acceptFrom) => setPercent({ ...percent, acceptFrom })}
      />
      <Share
        name="Of those, looked at all the same to count the errors"
        value={percent.auditShare}
        onChange={(auditShare) => setPercent({ ...percent, auditShare })}
      />
      {settings.data?.task === 'detection' && (
        <Share
          name="Boxes are drawn from this certainty on"
          value={percent.confidence}
          onChange={(confidence) => setPercent({ ...percent, confidence })}
        />
      )}
      {start.isError && (
        <Notice tone="bad" title="The labelling was not started">
          {errorMessage(start.error)}
        </Notice>
      )}
      <Button
        mt="md"
        disabled={chosen === null || open === 0}
        loading={start.isPending}
        onClick={() =>
          chosen !== null && start.mutate({ model: chosen, ...toShares(percent), ...chosenPictures })
        }
      >
        {open === 0 ? 'Every picture is labelled' : `Label ${formatPlural(open, 'picture')}`}
      </Button>
      <p className={classes.hint}>
        What a person has labelled or begun is left alone. What the model is unsure of waits under Label.
      </p>
    </>
  );
}

interface ShareProps {
  readonly name: string;
  /** Percent. */
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Share({ name, value, onChange }: ShareProps) {
  return (
    <div className={classes.share}>
      <span>
        {name}: <strong>{value} %</strong>
      </span>
      <Slider
        min={1}
        max={100}
        label={null}
        thumbSize={22}
        value={value}
        onChange={onChange}
        thumbLabel={name}
      />
    </div>
  );
}

function toShares(percent: Readonly<Record<keyof typeof firstChoice, number>>) {
  const { acceptFrom, auditShare, confidence } = percent;
  return { acceptFrom: acceptFrom / 100, auditShare: auditShare / 100, confidence: confidence / 100 };
}

function referenceOf({ name, version }: ModelVersion): string {
  return `${name}/${version}`;
}

function nameOf(version: ModelVersion): string {
  const aliases = version.aliases.length > 0 ? ` (${version.aliases.join(', ')})` : '';
  return `${referenceOf(version)}${aliases}`;
}

function PastLabels() {
  const past = useQuery(station.annotation.listAutoLabels.queryOptions({ input: { limit: 10 } }));
  const now = useNow(30_000);
  if (past.data === undefined || past.data.length === 0) return null;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th>Model</th>
          <th>Begun</th>
          <th>Taken</th>
          <th>Waiting</th>
          <th>Errors among the taken</th>
        </tr>
      </thead>
      <tbody>
        {past.data.map((one) => (
          <tr key={one.id}>
            <td>{one.model}</td>
            <td>{formatAgo(one.startedAt, now)}</td>
            <td>{formatCount(one.accepted)}</td>
            <td>{formatCount(one.waiting + one.audited)}</td>
            <td>{errorText(one)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function errorText({ audited, reviewed, wrong, errorInterval }: AutoLabel): string {
  if (audited === 0) return 'none looked at';
  if (errorInterval === null) return `${formatCount(audited)} wait to be looked at`;
  const [low, high] = errorInterval;
  return `${formatPercent(wrong / reviewed)} of ${formatCount(reviewed)} (${formatPercent(low, 0)} to ${formatPercent(high, 0)})`;
}
