/** What can be done on the Data page, whether by key, by mouse or by a button. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { type MouseEvent, type RefObject, useEffect, useRef } from 'react';
import {
  type Image,
  type ImageFilter,
  type ImageHash,
  type ImageOrder,
  mostSelected,
} from '../../../src-preload/contract/index.ts';
import { formatCount } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { type Labelling, useLabelling } from '../annotation/use-labelling.ts';
import { repeat } from './action-log.ts';
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
  readonly order: ImageOrder;
  readonly windows: ImageWindows;
  readonly view: GridView;
  /** Where pictures are opened on the labelling desk instead of in the large view. */
  readonly openDesk: ((hash: string) => void) | undefined;
}

export function useImageCommands(context: CommandContext): ImageCommands {
  const queryClient = useQueryClient();
  const labelling = useLabelling();
  const gridRef = useRef<HTMLDivElement>(null);
  const selection = useImageView((view) => view.selection);
  const strayCount = useStrays(context);
  useFocusFollowsPicture(context);
  return {
    targetCount: targets(selection).length,
    selectedCount: selection.selected.size,
    strayCount,
    gridRef,
    ...labelCommands(context, labelling, queryClient),
    ...pointerCommands(context),
    ...moveCommands(context, queryClient),
    dropStrays: () => void refreshLists(queryClient),
  };
}

/*
 * The commands read the selection when they are given, not when the page was drawn: two keys in quick succession
 * must not act on the same picture.
 */
const currentView = useImageView.getState;

type LabelCommands = Pick<ImageCommands, 'label' | 'undo' | 'redo'>;

function labelCommands(
  context: CommandContext,
  labelling: Labelling,
  queryClient: QueryClient,
): LabelCommands {
  const travel = async (way: 'undo' | 'redo'): Promise<void> => {
    const { changed, isMoved } = await takeBack(way, labelling).catch(() => nothingChanged);
    const [first] = changed;
    if (isMoved) await refreshLists(queryClient);
    const index = first === undefined ? undefined : context.windows.indexOf(first);
    if (first !== undefined && index !== undefined)
      currentView().setSelection(moveTo({ index, hash: first }));
  };
  return {
    label: (className) =>
      currentView().whenSelected(() => {
        const { selection, setSelection } = currentView();
        const hashes = targets(selection);
        if (hashes.length === 0) return;
        const steps = labelling.label(hashes, className);
        currentView().log({
          movesPictures: false,
          undo: async () => repeat(await steps, labelling.undo),
          redo: async () => repeat(await steps, labelling.redo),
        });
        const index = selection.focus?.index ?? 0;
        const last = (context.windows.total ?? 1) - 1;
        setSelection(moveTo(focusAt(context, hashes.length === 1 ? Math.min(last, index + 1) : index)));
      }),
    undo: () => travel('undo'),
    redo: () => travel('redo'),
  };
}

interface Travelled {
  readonly changed: readonly ImageHash[];
  readonly isMoved: boolean;
}

const nothingChanged: Travelled = { changed: [], isMoved: false };

/** An action that changed nothing is passed over; before the first one lies the history of the labels. */
async function takeBack(way: 'undo' | 'redo', labelling: Labelling): Promise<Travelled> {
  for (;;) {
    const action = currentView().take(way);
    const changed = await (action ?? labelling)[way]();
    if (changed.length > 0 || action === undefined)
      return { changed, isMoved: action?.movesPictures ?? false };
  }
}

type PointerCommands = Pick<ImageCommands, 'pick' | 'open' | 'toggleViewer' | 'close'>;

function pointerCommands(context: CommandContext): PointerCommands {
  return {
    pick: (index, image, event) => {
      const { selection, setSelection } = currentView();
      const focus = { index, hash: image.hash };
      if (event.shiftKey) currentView().setSelecting(selectRange(context, rangeTo(selection, index), focus));
      else setSelection(event.ctrlKey || event.metaKey ? toggle(selection, focus) : selectOnly(focus));
    },
    open: (index, image) => {
      currentView().setSelection(moveTo({ index, hash: image.hash }));
      if (context.openDesk) context.openDesk(image.hash);
      else currentView().setViewerOpen(true);
    },
    toggleViewer: () => {
      const { selection, isViewerOpen, setSelection, setViewerOpen } = currentView();
      const hasPictures = (context.windows.total ?? 0) > 0;
      const focus = selection.focus ?? (hasPictures ? focusAt(context, 0) : null);
      if (focus !== selection.focus && focus) setSelection(moveTo(focus));
      if (context.openDesk && focus?.hash) context.openDesk(focus.hash);
      else setViewerOpen(!isViewerOpen && hasPictures);
    },
    close: () => {
      const { selection, isViewerOpen, setSelection, setViewerOpen } = currentView();
      if (isViewerOpen) setViewerOpen(false);
      else setSelection({ ...selection, selected: new Set() });
    },
  };
}

type MoveCommands = Pick<ImageCommands, 'move' | 'selectAll'>;

function moveCommands(context: CommandContext, queryClient: QueryClient): MoveCommands {
  const total = context.windows.total ?? 0;
  return {
    move: (move, isExtending) => {
      const { selection, isViewerOpen, setSelection } = currentView();
      if (total === 0) return;
      const from = selection.focus?.index;
      const index = from === undefined ? 0 : step(from, move, { ...context.view, total });
      const focus = focusAt(context, index);
      if (isExtending && !isViewerOpen) void selectRange(context, rangeTo(selection, index), focus);
      else setSelection(moveTo(focus));
    },
    selectAll: () => {
      const focus = currentView().selection.focus ?? focusAt(context, 0);
      if (total > 0) currentView().setSelecting(selectAll(context, queryClient, total, focus));
    },
  };
}

function focusAt({ windows }: CommandContext, index: number): Focus {
  return { index, hash: windows.imageAt(index)?.hash ?? null };
}

/** Pictures that were relabelled out of the filter are taken out first: the station does not count them any more. */
async function selectAll(
  context: CommandContext,
  queryClient: QueryClient,
  total: number,
  focus: Focus,
): Promise<void> {
  if (dependsOnLabels(context.filter)) await refreshLists(queryClient);
  await selectRange(context, [0, total - 1], focus);
}

async function selectRange(
  { filter, order }: CommandContext,
  [from, to]: readonly [from: number, to: number],
  focus: Focus,
): Promise<void> {
  const { selection, setSelection } = currentView();
  const anchor = selection.anchor ?? selection.focus?.index ?? focus.index;
  setSelection({ ...selection, focus, anchor });
  const last = Math.min(to, from + mostSelected - 1);
  const hashes = await collectHashes({ filter, order }, from, last).catch((error: unknown) => {
    notifyFailure('The pictures could not be selected', error);
    return [...selection.selected];
  });
  setSelection({ focus, selected: new Set(hashes), anchor });
  if (to > last)
    notifyDone(`The first ${formatCount(mostSelected)} are selected`, 'One action takes no more.');
}

/**
 * Counts the pictures that stay in view although their new label does not fit the filter. Before a further window is
 * read the lists are read afresh: the station no longer counts those pictures, and as many would be skipped.
 */
function useStrays({ filter, windows, view }: CommandContext): number {
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

/** Keeps the focus on its picture when the list moves beneath it, and clears the selection with filter and order. */
function useFocusFollowsPicture({ filter, order, windows }: CommandContext): void {
  const { selection, setSelection } = useImageView();
  const before = useRef({ filter, order });
  useEffect(() => {
    if (before.current.filter === filter && before.current.order === order) return;
    before.current = { filter, order };
    setSelection(emptySelection);
  }, [filter, order, setSelection]);
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
