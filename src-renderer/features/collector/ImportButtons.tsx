/** The two ways in beside dropping: choose pictures, choose a folder. */
import { Button } from '@mantine/core';
import { FolderPlus, ImagePlus } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { notifyFailure } from '../../components/notify.tsx';
import { useImport } from './import-store.ts';
import { readInput } from './picked-files.ts';

/** React knows no `webkitdirectory`; the DOM does. */
const folderPicker: Record<string, string> = { webkitdirectory: '' };

export function ImportButtons() {
  const filesInput = useRef<HTMLInputElement>(null);
  const folderInput = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        leftSection={<FolderPlus size={18} aria-hidden />}
        onClick={() => void choose('folder', folderInput.current)}
      >
        Import folder
      </Button>
      <Button
        variant="default"
        leftSection={<ImagePlus size={18} aria-hidden />}
        onClick={() => void choose('files', filesInput.current)}
      >
        Import pictures
      </Button>
      <input
        ref={filesInput}
        type="file"
        multiple
        hidden
        aria-label="Pictures to import"
        data-testid="files-input"
        onChange={onChosen}
      />
      <input
        ref={folderInput}
        type="file"
        hidden
        {...folderPicker}
        aria-label="Folder to import"
        data-testid="folder-input"
        onChange={onChosen}
      />
    </>
  );
}

async function choose(kind: 'files' | 'folder', input: HTMLInputElement | null): Promise<void> {
  const bridge = window.fieldstation;
  if (bridge === undefined) return input?.click();
  try {
    const paths = await bridge.choosePaths(kind);
    if (paths.length > 0) useImport.getState().pick({ kind: 'paths', paths });
  } catch (error) {
    notifyFailure('The dialog could not be opened', error);
  }
}

function onChosen(event: ChangeEvent<HTMLInputElement>): void {
  const { files } = event.currentTarget;
  if (files !== null && files.length > 0) useImport.getState().pick(readInput(files));
  event.currentTarget.value = '';
}
