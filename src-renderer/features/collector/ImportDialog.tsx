/** What was picked, what will become of it, and the button that imports it. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ImportFormat } from '../../../src-preload/contract/index.ts';
import { formatBytes, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { useImport } from './import-store.ts';
import { LabelChoice } from './LabelChoice.tsx';
import type { Picked, PickedFile } from './picked-files.ts';
import { planUpload, type UploadPlan } from './upload-plan.ts';
import { useStartImport } from './use-start-import.ts';

export function ImportDialog() {
  const { picked, unpick } = useImport();
  return (
    <Modal opened={picked !== null} onClose={unpick} title="Import pictures" size="lg">
      {picked !== null && <ImportForm picked={picked} onDone={unpick} />}
    </Modal>
  );
}

interface Selection {
  readonly picked: Picked;
  /** Null for paths: only the station can look into them. */
  readonly plan: UploadPlan | null;
  readonly summary: string;
  readonly isEmpty: boolean;
}

function ImportForm({ picked, onDone }: { readonly picked: Picked; readonly onDone: () => void }) {
  const selection = useMemo(() => select(picked), [picked]);
  const [format, setFormat] = useState<ImportFormat>(selection.plan?.format ?? 'auto');
  const [source, setSource] = useState('');
  const start = useStartImport();
  const submit = (): void => {
    const trimmed = source.trim();
    const options = trimmed === '' ? { format } : { format, source: trimmed };
    start.mutate({ picked: selection.picked, options });
    onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="lg">
        <Text fw={600}>{selection.summary}</Text>
        {format !== 'idx' && <LabelChoice format={format} plan={selection.plan} onChange={setFormat} />}
        {format === 'idx' && (
          <Notice tone="info">
            These are idx files (the format of MNIST): pictures and labels are read from them, and files named
            test or t10k become the test split.
          </Notice>
        )}
        <TextInput
          label="Where they come from"
          description="A camera, a batch, a field. Optional; you can filter by it later."
          placeholder="Camera 2, north greenhouse"
          maxLength={200}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" disabled={selection.isEmpty} data-autofocus>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function select(picked: Picked): Selection {
  if (picked.kind === 'paths') {
    const [only] = picked.paths;
    const summary =
      picked.paths.length === 1 && only !== undefined ? only : formatPlural(picked.paths.length, 'path');
    return { picked, plan: null, summary, isEmpty: picked.paths.length === 0 };
  }
  const plan = planUpload(picked.files.map(({ path }) => path));
  const files = plannedFiles(picked.files, plan);
  const sizeBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const summary =
    files.length === 0
      ? 'There are no files in what was picked.'
      : `${formatPlural(files.length, 'file')}, ${formatBytes(sizeBytes)}`;
  return { picked: { kind: 'files', files }, plan, summary, isEmpty: files.length === 0 };
}

/** The files that are sent, under the paths that the plan gives them. */
function plannedFiles(files: readonly PickedFile[], plan: UploadPlan): PickedFile[] {
  return files.flatMap(({ file }, index) => {
    const path = plan.paths[index];
    return path === null || path === undefined ? [] : [{ file, path }];
  });
}
