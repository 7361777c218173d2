/** How the Data page is looked at: selection, large view, size of the tiles. */
import { create } from 'zustand';
import { emptySelection, type Selection } from './selection.ts';

export const tileSizes = { min: 96, max: 288, initial: 152 } as const;
const tileSizeKey = 'fieldstation.tile-size';

interface ImageStore {
  readonly selection: Selection;
  readonly isViewerOpen: boolean;
  /** Side of a tile in pixels. */
  readonly tileSize: number;
  readonly setSelection: (selection: Selection) => void;
  readonly setViewerOpen: (isOpen: boolean) => void;
  readonly setTileSize: (size: number) => void;
}

export const useImageView = create<ImageStore>((set) => ({
  selection: emptySelection,
  isViewerOpen: false,
  tileSize: savedTileSize(),
  setSelection: (selection) => set({ selection }),
  setViewerOpen: (isViewerOpen) => set({ isViewerOpen }),
  setTileSize: (tileSize) => {
    localStorage.setItem(tileSizeKey, String(tileSize));
    set({ tileSize });
  },
}));

function savedTileSize(): number {
  const saved = Number(localStorage.getItem(tileSizeKey));
  return saved >= tileSizes.min && saved <= tileSizes.max ? saved : tileSizes.initial;
}
