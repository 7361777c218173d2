/** What can be done on the Data page, whether by key, by mouse or by a button. */
import { useQueryClient } from '@tanstack/react-query';
import { type MouseEvent, type RefObject, useEffect, useRef } from 'react';
import type { Image, ImageFilter, ImageHash } from '../../../src-preload/contract/index.ts';
import { notifyDone } from '../../components/notify.tsx';
import { useLabelling } from '../annotation/use-labelling.ts';
import type { GridView } from './ImageGrid.tsx';
import { collectHashes, refreshLists } from './image-cache.ts';
import { dependsOnLabels, matchesLabels } from './image-filter.ts';
import { useImageView } from './image-store.ts';
import {
  emptySelection,
  type Focus,
  type Move,
  moveTo,
  rangeTo,
  selectOnly,
  step,
  targets,
  toggle,
} from './selection.ts';
import type { ImageWindows } from './use-image-windows.ts';
import { windowSize } from './window-offsets.ts';

export interface ImageCommands {
  readonly targetCount: number;
  readonly selectedCount: number;
  /** Loaded pictures whose new label no longer fits the filter. */
  readonly strayCount: number;
  readonly gridRef: RefObject<HTMLDivElement | null>;
  readonly label: (className: string | null) => void;
  readonly undo: () => Promise<void>;
  readonly redo: () => Promise<void>;
  readonly pick: (index: number, image: Image, event: MouseEvent) => void;
  readonly open: (index: number, image: Image) => void;
  readonly toggleViewer: () => void;
  readonly close: () => void;
  readonly move: (move: Move, isExtending: boolean) => void;
  readonly selectAll: () => void;
  readonly dropStrays: () => void;
}

interface CommandContext {
  readonly filter: ImageFilter;
  readonly windows: ImageWindows;
  readonly view: GridView;
}

/** The contract's limit for one labelling step. */
const selectionLimit = 10_000;

export function useImageCommands({ filter, windows, view }: CommandContext): ImageCommands {
  const queryClient = useQueryClient();
  const labelling = useLabelling();
  const gridRef = useRef<HTMLDivElement>(null);
  const { selection, setSelection, setViewerOpen, isViewerOpen } = useImageView();
  const total = windows.total ?? 0;
  const strayCount = useStrays(filter, windows, view);
  useFocusFollowsPicture(filter, windows);

  const focusAt = (index: number): Focus => ({ index, hash: windows.imageAt(index)?.hash ?? null });
  const selectRange = async (from: number, to: number, focus: Focus): Promise<void> => {
    const anchor = selection.anchor ?? selection.focus?.index ?? focus.index;
    const last = Math.min(to, from + selectionLimit - 1);
    const hashes = await collectHashes(queryClient, filter, from, last);
    setSelection({ focus, selected: new Set(hashes), anchor });
    if (to > last)
      notifyDone(`The first ${selectionLimit} are selected`, 'One labelling step takes no more.');
  };
  const travel = async (way: 'undo' | 'redo'): Promise<void> => {
    const hashes = await labelling[way]().catch((): readonly ImageHash[] => []);
    const [first] = hashes;
    const index = first === undefined ? undefined : windows.indexOf(first);
    if (first !== undefined && index !== undefined) setSelection(moveTo({ index, hash: first }));
  };

  return {
    targetCount: targets(selection).length,
    selectedCount: selection.selected.size,
    strayCount,
    gridRef,
    label: (className) => {
      const hashes = targets(selection);
      if (hashes.length === 0) return;
      labelling.label(hashes, className);
      const index = selection.focus?.index ?? 0;
      const isSingle = hashes.length === 1;
      setSelection(moveTo(focusAt(isSingle ? Math.min(total - 1, index + 1) : index)));
    },
    undo: () => travel('undo'),
    redo: () => travel('redo'),
    pick: (index, image, event) => {
      const focus = { index, hash: image.hash };
      if (event.shiftKey) return void selectRange(...rangeTo(selection, index), focus);
      setSelection(event.ctrlKey || event.metaKey ? toggle(selection, focus) : selectOnly(focus));
    },
    open: (index, image) => {
      setSelection(moveTo({ index, hash: image.hash }));
      setViewerOpen(true);
    },
    toggleViewer: () => {
      if (selection.focus === null && total > 0) setSelection(moveTo(focusAt(0)));
      setViewerOpen(!isViewerOpen && total > 0);
    },
    close: () => (isViewerOpen ? setViewerOpen(false) : setSelection(clearSelected(selection))),
    move: (move, isExtending) => {
      if (total === 0) return;
      const from = selection.focus?.index;
      const index = from === undefined ? 0 : step(from, move, { ...view, total });
      if (!isExtending || isViewerOpen) return setSelection(moveTo(focusAt(index)));
      void selectRange(...rangeTo(selection, index), focusAt(index));
    },
    selectAll: () => {
      if (total > 0) void selectRange(0, total - 1, selection.focus ?? focusAt(0));
    },
    dropStrays: () => void refreshLists(queryClient),
  };
}

function clearSelected(selection: typeof emptySelection): typeof emptySelection {
  return { ...selection, selected: new Set() };
}

/**
 * Counts the pictures that stay in view although their new label does not fit the filter. Before a further window is
 * read the lists are read afresh: the station no longer counts those pictures, and as many would be skipped.
 */
function useStrays(filter: ImageFilter, windows: ImageWindows, view: GridView): number {
  const queryClient = useQueryClient();
  const isExposed = dependsOnLabels(filter);
  const strays = isExposed ? windows.loaded.filter((image) => !matchesLabels(image, filter)).length : 0;
  const nextOffset = (Math.floor(view.lastIndex / windowSize) + 1) * windowSize;
  const isNearNext = nextOffset < (windows.total ?? 0) && view.lastIndex % windowSize > (windowSize * 3) / 4;
  const shouldRefresh = strays > 0 && isNearNext;
  useEffect(() => {
    if (shouldRefresh) void refreshLists(queryClient);
  }, [shouldRefresh, queryClient]);
  return strays;
}

/** Keeps the focus on its picture when the list moves beneath it, and clears the selection with the filter. */
function useFocusFollowsPicture(filter: ImageFilter, windows: ImageWindows): void {
  const { selection, setSelection } = useImageView();
  const filterBefore = useRef(filter);
  useEffect(() => {
    if (filterBefore.current === filter) return;
    filterBefore.current = filter;
    setSelection(emptySelection);
  }, [filter, setSelection]);
  useEffect(() => {
    const focus = selection.focus;
    const image = focus === null ? undefined : windows.imageAt(focus.index);
    if (focus === null || image === undefined || image.hash === focus.hash) return;
    const moved = focus.hash === null ? undefined : windows.indexOf(focus.hash);
    const next =
      moved === undefined ? { index: focus.index, hash: image.hash } : { index: moved, hash: focus.hash };
    setSelection({ ...selection, focus: next });
  }, [selection, windows, setSelection]);
}
