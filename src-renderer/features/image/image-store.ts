/** How the Data page is looked at: selection, large view, map, size of the tiles; and what was done there. */
import { create } from 'zustand';
import { type ActionLog, emptyLog, type LoggedAction, takeLast, withAction } from './action-log.ts';
import { emptySelection, type Selection } from './selection.ts';

export const tileSizes = { min: 96, max: 288, initial: 152 } as const;
const tileSizeKey = 'fieldstation.tile-size';
const mapKey = 'fieldstation.map';

interface ImageStore {
  readonly selection: Selection;
  readonly isViewerOpen: boolean;
  readonly isMapOpen: boolean;
  /** Side of a tile in pixels. */
  readonly tileSize: number;
  readonly actions: ActionLog;
  readonly setSelection: (selection: Selection) => void;
  /** A selection that the station is asked for: what is done meanwhile waits for it. */
  readonly selecting: Promise<unknown> | null;
  readonly setSelecting: (selecting: Promise<unknown>) => void;
  /** At once where no selection is under way; not at all where it fails. */
  readonly whenSelected: (work: () => void) => void;
  readonly setViewerOpen: (isOpen: boolean) => void;
  readonly setMapOpen: (isOpen: boolean) => void;
  readonly setTileSize: (size: number) => void;
  readonly log: (action: LoggedAction) => void;
  /** Takes the last action off the log; undefined where there is none. */
  readonly take: (way: 'undo' | 'redo') => LoggedAction | undefined;
}

export const useImageView = create<ImageStore>((set, get) => ({
  selection: emptySelection,
  isViewerOpen: false,
  isMapOpen: localStorage.getItem(mapKey) === 'open',
  tileSize: savedTileSize(),
  actions: emptyLog,
  setSelection: (selection) => set({ selection }),
  selecting: null,
  setSelecting: (selecting) => {
    const ended = selecting.finally(() => {
      if (get().selecting === ended) set({ selecting: null });
    });
    set({ selecting: ended });
  },
  whenSelected: (work) => {
    const { selecting } = get();
    if (selecting === null) work();
    else void selecting.then(work, () => undefined);
  },
  setViewerOpen: (isViewerOpen) => set({ isViewerOpen }),
  setMapOpen: (isMapOpen) => {
    localStorage.setItem(mapKey, isMapOpen ? 'open' : 'closed');
    set({ isMapOpen });
  },
  setTileSize: (tileSize) => {
    localStorage.setItem(tileSizeKey, String(tileSize));
    set({ tileSize });
  },
  log: (action) => set({ actions: withAction(get().actions, action) }),
  take: (way) => {
    const [actions, action] = takeLast(get().actions, way);
    set({ actions });
    return action;
  },
}));

function savedTileSize(): number {
  const saved = Number(localStorage.getItem(tileSizeKey));
  return saved >= tileSizes.min && saved <= tileSizes.max ? saved : tileSizes.initial;
}
