/** Writes a dataset version into a folder for another tool. */
import { Group, Modal, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type DatasetVersion,
  formatDatasetReference,
  splitSchema,
} from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount } from '../../components/formatting.ts';
import { type ExportPlace, ExportToFolder } from './ExportToFolder.tsx';
import { FormatSelect, firstFormatOf } from './FormatSelect.tsx';

interface ExportDialogProps {
  readonly version: DatasetVersion;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function ExportDialog({ version, isOpen, onClose }: ExportDialogProps) {
  const title = `Export ${version.name}, version ${version.version}`;
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} size="lg">
      {isOpen && <ExportForm version={version} onClose={onClose} />}
    </Modal>
  );
}

const all = 'all';

function ExportForm({ version, onClose }: Omit<ExportDialogProps, 'isOpen'>) {
  const [format, setFormat] = useState(firstFormatOf(version.task));
  const [part, setPart] = useState<string>(all);
  const start = useMutation(station.dataset.exportVersion.mutationOptions());
  const submit = (place: ExportPlace): void => {
    const split = splitSchema.safeParse(part).data;
    const reference = formatDatasetReference({ name: version.name, version: version.version, split });
    start.mutate({ reference, format, ...place });
  };
  return (
    <ExportToFolder start={start} onSubmit={submit} onClose={onClose}>
      <Group grow align="start">
        <FormatSelect task={version.task} value={format} onChange={setFormat} />
        <Select
          label="Pictures"
          data={partsOf(version)}
          value={part}
          allowDeselect={false}
          onChange={(value) => setPart(value ?? all)}
        />
      </Group>
    </ExportToFolder>
  );
}

function partsOf({ counts }: DatasetVersion) {
  const total = counts.train + counts.val + counts.test;
  return [
    { value: all, label: `All ${formatCount(total)}` },
    { value: 'train', label: `Training, ${formatCount(counts.train)}`, disabled: counts.train === 0 },
    { value: 'val', label: `Validation, ${formatCount(counts.val)}`, disabled: counts.val === 0 },
    { value: 'test', label: `Test, ${formatCount(counts.test)}`, disabled: counts.test === 0 },
  ];
}
