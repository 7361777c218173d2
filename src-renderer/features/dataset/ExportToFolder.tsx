/** The form around every export: into which folder, and afterwards what went and what the format has no place for. */
import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { FolderOpen } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DatasetExport } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { notifyFailure } from '../../components/notify.tsx';
import { formatLabels } from './FormatSelect.tsx';

export interface ExportPlace {
  readonly folder: string;
  /** What the folder holds may be replaced. */
  readonly overwrite: boolean;
}

interface ExportToFolderProps {
  readonly start: {
    readonly data: DatasetExport | undefined;
    readonly error: Error | null;
    readonly isPending: boolean;
  };
  readonly onSubmit: (place: ExportPlace) => void;
  readonly onClose: () => void;
  /** What is exported, and how. */
  readonly children: ReactNode;
}

export function ExportToFolder({ start, onSubmit, onClose, children }: ExportToFolderProps) {
  const [folder, setFolder] = useState('');
  const [overwrite, setOverwrite] = useState(false);
  if (start.data !== undefined) return <ExportStarted started={start.data} onClose={onClose} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit({ folder: folder.trim(), overwrite });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {children}
        <FolderField folder={folder} onChange={setFolder} />
        <Checkbox
          size="md"
          label="Replace what the folder holds"
          description="Everything in it is removed once the export is whole."
          checked={overwrite}
          onChange={(event) => setOverwrite(event.currentTarget.checked)}
        />
        {start.error !== null && (
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

interface FolderFieldProps {
  readonly folder: string;
  readonly onChange: (folder: string) => void;
}

function FolderField({ folder, onChange }: FolderFieldProps) {
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

function ExportStarted({
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
