/** Writes chosen pictures with their labels, as they are now, into a folder for another tool. */
import { Button, Checkbox, Group, Modal, Select, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type ExportFormat,
  exportFormatSchema,
  type ImageHash,
  type Task,
} from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { ExportStarted, FolderField, formatLabels, formatsOf } from './ExportDialog.tsx';

interface ExportSelectionDialogProps {
  readonly imageHashes: readonly ImageHash[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function ExportSelectionDialog({ imageHashes, isOpen, onClose }: ExportSelectionDialogProps) {
  const settings = useQuery(station.system.getSettings.queryOptions());
  const title = `Export ${formatPlural(imageHashes.length, 'picture')}`;
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} size="lg">
      {isOpen && settings.data !== undefined && (
        <SelectionForm imageHashes={imageHashes} task={settings.data.task} onClose={onClose} />
      )}
    </Modal>
  );
}

function SelectionForm({
  imageHashes,
  task,
  onClose,
}: Omit<ExportSelectionDialogProps, 'isOpen'> & { readonly task: Task }) {
  const formats: readonly ExportFormat[] = formatsOf[task];
  const [format, setFormat] = useState<ExportFormat>(formats[0] ?? 'csv');
  const [folder, setFolder] = useState('');
  const [overwrite, setOverwrite] = useState(false);
  const start = useMutation(station.dataset.exportPictures.mutationOptions());
  if (start.data !== undefined) return <ExportStarted started={start.data} onClose={onClose} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate({ imageHashes: [...imageHashes], format, folder: folder.trim(), overwrite });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <Select
          label="Format"
          description="Labels that are accepted go along; pictures that came without a split go to train."
          data={formats.map((value) => ({ value, label: formatLabels[value] }))}
          value={format}
          allowDeselect={false}
          onChange={(value) => setFormat(exportFormatSchema.parse(value))}
        />
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
