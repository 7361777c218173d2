/** Writes a dataset version into a folder for another tool, and says what its format has no place for. */
import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { FolderOpen } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import {
  type DatasetExport,
  type DatasetVersion,
  type ExportFormat,
  exportFormatSchema,
  formatDatasetReference,
  splitSchema,
} from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { notifyFailure } from '../../components/notify.tsx';

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

export const formatLabels = {
  coco: 'COCO (JSON)',
  yolo: 'YOLO (txt and data.yaml)',
  voc: 'Pascal VOC (XML)',
  csv: 'CSV',
  'label-studio': 'Label Studio (JSON)',
  cvat: 'CVAT for images (XML)',
  folder: 'A folder per class',
} as const satisfies Record<ExportFormat, string>;

export const formatsOf = {
  detection: ['coco', 'yolo', 'voc', 'csv', 'label-studio', 'cvat'],
  classification: ['folder', 'csv', 'label-studio', 'cvat'],
} as const satisfies Record<DatasetVersion['task'], readonly ExportFormat[]>;

const all = 'all';

function ExportForm({ version, onClose }: Omit<ExportDialogProps, 'isOpen'>) {
  const formats: readonly ExportFormat[] = formatsOf[version.task];
  const [format, setFormat] = useState<ExportFormat>(formats[0] ?? 'csv');
  const [part, setPart] = useState<string>(all);
  const [folder, setFolder] = useState('');
  const [overwrite, setOverwrite] = useState(false);
  const start = useMutation(station.dataset.exportVersion.mutationOptions());
  if (start.data !== undefined) return <ExportStarted started={start.data} onClose={onClose} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const split = splitSchema.safeParse(part).data;
    const reference = formatDatasetReference({ name: version.name, version: version.version, split });
    start.mutate({ reference, format, folder: folder.trim(), overwrite });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <Group grow align="start">
          <Select
            label="Format"
            data={formats.map((value) => ({ value, label: formatLabels[value] }))}
            value={format}
            allowDeselect={false}
            onChange={(value) => setFormat(exportFormatSchema.parse(value))}
          />
          <Select
            label="Pictures"
            data={partsOf(version)}
            value={part}
            allowDeselect={false}
            onChange={(value) => setPart(value ?? all)}
          />
        </Group>
        <FolderField folder={folder} onChange={setFolder} />
        <Checkbox
          size="md"
          label="Replace what the folder holds"
          description="Everything in it is removed once the export is whole."
          checked={overwrite}
          onChange={(event) => setOverwrite(event.currentTarget.checked)}
        />
        {start.isError && (
          <Notice tone="bad" title="Nothing was exported">
            {errorMessage(start.error)}
          </Notice>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={start.isPending} disabled={folder.trim() === ''}>
            Export
          </Button>
        </Group>
      </Stack>
    </form>
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

interface FolderFieldProps {
  readonly folder: string;
  readonly onChange: (folder: string) => void;
}

export function FolderField({ folder, onChange }: FolderFieldProps) {
  const bridge = window.fieldstation;
  const choose = async (): Promise<void> => {
    try {
      const [path] = (await bridge?.choosePaths('folder')) ?? [];
      if (path !== undefined) onChange(path);
    } catch (error) {
      notifyFailure('The dialog could not be opened', error);
    }
  };
  return (
    <Group align="end" wrap="nowrap">
      <TextInput
        style={{ flex: 1 }}
        label="Folder"
        description="On the station's machine, empty or not there yet: it is made."
        placeholder="/home/operator/exports/leaves"
        required
        value={folder}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-autofocus
      />
      {bridge !== undefined && (
        <Button
          variant="default"
          leftSection={<FolderOpen size={18} aria-hidden />}
          onClick={() => void choose()}
        >
          Choose
        </Button>
      )}
    </Group>
  );
}

export function ExportStarted({
  started,
  onClose,
}: {
  readonly started: DatasetExport;
  readonly onClose: () => void;
}) {
  const { pictures, boxes, folder, renamed, losses, format } = started;
  return (
    <Stack gap="lg" data-testid="export-started">
      <Text>
        {formatPlural(pictures, 'picture')}
        {boxes > 0 && ` with ${formatPlural(boxes, 'box', 'boxes')}`} go into <strong>{folder}</strong>. The
        folder is there when the job has ended.
      </Text>
      {renamed > 0 && (
        <Text c="dimmed">
          {formatPlural(renamed, 'picture')} get another file name, which every tool takes.
        </Text>
      )}
      {losses.length > 0 && (
        <Notice tone="info" title={`${formatLabels[format]} has no place for`}>
          {losses.map(({ what, count, of }) => (
            <div key={what}>
              {what}, of {formatCount(count)} {of}
            </div>
          ))}
        </Notice>
      )}
      <Button onClick={onClose} style={{ alignSelf: 'flex-end' }}>
        Close
      </Button>
    </Stack>
  );
}
