/** Starts an import of what was picked: by path in Electron, by upload in a browser. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Import, ImportRequest } from '../../../src-preload/contract/index.ts';
import { station, stationClient, uploadClient } from '../../client/station.ts';
import { notifyFailure } from '../../components/notify.tsx';
import { useImport } from './import-store.ts';
import type { Picked, PickedFile } from './picked-files.ts';
import { uploadAndImport } from './upload.ts';

export interface ImportStart {
  readonly picked: Picked;
  readonly options: Omit<ImportRequest, 'paths' | 'labelsPath'>;
}

export function useStartImport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ picked, options }: ImportStart) =>
      picked.kind === 'paths'
        ? stationClient.collector.importPaths({ paths: [...picked.paths], ...options })
        : uploadPicked(picked.files, options),
    onSuccess: (started) => {
      useImport.getState().setReport(started.id);
      void queryClient.invalidateQueries({ queryKey: station.collector.key() });
    },
    onError: (error) => {
      if (error.name !== 'AbortError') notifyFailure('Nothing was imported', error);
    },
  });
}

async function uploadPicked(files: readonly PickedFile[], options: ImportStart['options']): Promise<Import> {
  const stop = new AbortController();
  const { setUpload } = useImport.getState();
  const cancel = (): void => stop.abort();
  try {
    return await uploadAndImport(uploadClient, {
      files,
      options,
      signal: stop.signal,
      onProgress: (progress) => setUpload({ progress, cancel }),
    });
  } finally {
    setUpload(null);
  }
}
