/** The import under way in this window: what was picked, and how far its upload is. */
import { create } from 'zustand';
import type { Picked } from './picked-files.ts';
import type { UploadProgress } from './upload.ts';

interface Upload {
  readonly progress: UploadProgress;
  readonly cancel: () => void;
}

interface ImportStore {
  /** Shown in the dialog, null while it is closed. */
  readonly picked: Picked | null;
  readonly upload: Upload | null;
  /** The import whose report the Data page shows. */
  readonly reportId: string | null;
  readonly pick: (picked: Picked) => void;
  readonly unpick: () => void;
  readonly setUpload: (upload: Upload | null) => void;
  readonly setReport: (importId: string | null) => void;
}

export const useImport = create<ImportStore>((set) => ({
  picked: null,
  upload: null,
  reportId: null,
  pick: (picked) => set({ picked }),
  unpick: () => set({ picked: null }),
  setUpload: (upload) => set({ upload }),
  setReport: (reportId) => set({ reportId }),
}));
