/** Writes chosen pictures with their labels, as they are now, into a folder for another tool. */
import { Modal } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImageHash, Task } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { ExportToFolder } from './ExportToFolder.tsx';
import { FormatSelect, firstFormatOf } from './FormatSelect.tsx';

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
  const [format, setFormat] = useState(firstFormatOf(task));
  const start = useMutation(station.dataset.exportPictures.mutationOptions());
  return (
    <ExportToFolder
      start={start}
      onSubmit={(place) => start.mutate({ imageHashes: [...imageHashes], format, ...place })}
      onClose={onClose}
    >
      <FormatSelect
        task={task}
        value={format}
        onChange={setFormat}
        description="Labels that are accepted go along; pictures that came without a split go to train."
      />
    </ExportToFolder>
  );
}
