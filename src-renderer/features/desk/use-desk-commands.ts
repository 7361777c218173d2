/** What can be done on the desk, whether by key, by button or by hand on the canvas. */
import { useQueryClient } from '@tanstack/react-query';
import type { RefObject } from 'react';
import type {
  Annotation,
  BoxId,
  Image,
  LabelClass,
  PictureScore,
} from '../../../src-preload/contract/index.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { newBoxId, type PutBox, type Stroke } from './annotation-edit.ts';
import { type Alignment, alignBoxes, moveBoxes, pasteBoxes } from './box-shapes.ts';
import type { DeskActions, DeskCanvas } from './desk-canvas.ts';
import { useDesk } from './desk-store.ts';
import type { DeskCommand } from './keymap.ts';
import { toStroke } from './score-strokes.ts';
import { type AnnotationEdits, annotationOptions } from './use-annotation.ts';
import type { DeskQueue } from './use-desk-queue.ts';
import type { ConfirmLabel } from './use-score.ts';
import type { Point } from './view-transform.ts';

export interface DeskContext {
  readonly image: Image | undefined;
  readonly annotation: Annotation | undefined;
  readonly labelClasses: readonly LabelClass[];
  readonly queue: DeskQueue;
  /** What a model says of the accepted labels; undefined where none has looked, or they are not shown. */
  readonly score: PictureScore | undefined;
  readonly confirmLabel: ConfirmLabel;
  readonly edits: AnnotationEdits;
  readonly canvasRef: RefObject<DeskCanvas | null>;
  /** Whether the station asks for a class of each picture, not for boxes. */
  readonly isTagging: boolean;
}

export interface DeskCommands {
  readonly run: (command: DeskCommand) => void;
  readonly chooseClass: (className: string) => void;
  /** Gives the picture itself the class, or with null none. */
  readonly tag: (className: string | null) => void;
  readonly align: (alignment: Alignment) => void;
  /** Picture pixels. */
  readonly nudge: (by: Point) => void;
  readonly actions: DeskActions;
}

export function useDeskCommands(context: DeskContext): DeskCommands {
  const queryClient = useQueryClient();
  const { image, edits } = context;
  const edit = (stroke: Stroke): void => {
    if (image) edits.edit(image.hash, stroke);
  };
  /** By the cache, not by what was drawn: keys come faster than frames. */
  const readBoxes = (): readonly PutBox[] => {
    const key = image && annotationOptions(image.hash).queryKey;
    return (key && queryClient.getQueryData<Annotation>(key)?.boxes) ?? [];
  };
  const readSelected = () => readBoxes().filter(({ id }) => useDesk.getState().selected.has(id));
  const readPrevious = async (): Promise<readonly PutBox[]> => {
    const { previous } = useDesk.getState();
    return previous ? (await queryClient.ensureQueryData(annotationOptions(previous))).boxes : [];
  };
  const reader = { readBoxes, readSelected, readPrevious };
  return {
    run: (command) => void runTable(context, edit, reader)[command](),
    ...classCommands(context, edit, reader),
    align: (alignment) => {
      const size = image ?? { width: 1, height: 1 };
      edit({ put: alignBoxes(readSelected(), alignment, size).map(toPut) });
    },
    nudge: (by) => {
      if (image) edit({ put: moveBoxes(readSelected(), by, image).map(toPut) });
    },
    actions: {
      onDraw: (shape) => {
        const { className } = useDesk.getState();
        if (className === null)
          return notifyDone('Choose a class first', 'Boxes get the class that is chosen on the right.');
        const id = newBoxId();
        edit({ put: [{ id, className, ...shape, attributes: {} }] });
        useDesk.getState().set({ selected: new Set([id]) });
      },
      onShape: (shapes) => {
        const byId = new Map(shapes.map((shape) => [shape.id, shape]));
        const put = readBoxes().flatMap((box) => {
          const shape = byId.get(box.id);
          return shape ? [toPut({ ...box, ...pickShape(shape) })] : [];
        });
        edit({ put });
      },
      onSelect: (ids) => useDesk.getState().set({ selected: ids as ReadonlySet<BoxId> }),
    },
  };
}

type Edit = (stroke: Stroke) => void;

interface Reader {
  readonly readBoxes: () => readonly PutBox[];
  readonly readSelected: () => readonly PutBox[];
  readonly readPrevious: () => Promise<readonly PutBox[]>;
}

function classCommands(
  { labelClasses, isTagging, queue, image, annotation }: DeskContext,
  edit: Edit,
  { readSelected }: Reader,
): Pick<DeskCommands, 'chooseClass' | 'tag'> {
  const tag = (className: string | null) => {
    if (!isTagging) return edit({ className, state: beginOf(annotation?.state) });
    const hasBoxes = annotation !== undefined && annotation.boxes.length > 0;
    edit({ className, state: className !== null ? 'labelled' : hasBoxes ? 'draft' : 'none' });
    if (className !== null && image) leave({ image, queue });
  };
  return {
    tag,
    chooseClass: (className) => {
      const { tool, set } = useDesk.getState();
      const selected = readSelected();
      if (selected.length > 0) edit({ put: selected.map((box) => toPut({ ...box, className })) });
      else if (tool === 'tag') return tag(className);
      if (labelClasses.some(({ name }) => name === className)) set({ className });
    },
  };
}

/** A class that is one thing among others on a picture begins it, and does not finish it. */
function beginOf(state: Annotation['state'] | undefined): Annotation['state'] {
  return state === undefined || state === 'none' ? 'draft' : state;
}

function runTable(
  context: DeskContext,
  edit: Edit,
  { readBoxes, readSelected, readPrevious }: Reader,
): Record<DeskCommand, () => unknown> {
  const { image, annotation, queue, score, confirmLabel, edits, canvasRef } = context;
  const { set, clipboard, areBoxesHidden } = useDesk.getState();
  const select = (ids: readonly BoxId[]) => set({ selected: new Set(ids) });
  const put = (boxes: readonly PutBox[]) => {
    if (!image || boxes.length === 0) return;
    const pasted = pasteBoxes(boxes, image).map((box) => ({ ...toPut(box), id: newBoxId() }));
    edit({ put: pasted });
    select(pasted.map(({ id }) => id));
  };
  const cycle = (by: 1 | -1, isZooming: boolean) => {
    const boxes = readBoxes();
    const current = boxes.findIndex(({ id }) => useDesk.getState().selected.has(id));
    const start = current < 0 && by < 0 ? 0 : current;
    const next = boxes[(start + by + boxes.length) % Math.max(1, boxes.length)];
    if (!next) return;
    select([next.id]);
    if (isZooming) canvasRef.current?.zoomTo(next);
  };
  const finish = (state: 'labelled' | 'rejected') => {
    if (!image) return;
    if (annotation?.state !== state) edit({ state });
    else if (state === 'labelled' && isDoubted(score)) confirmLabel(image.hash, true);
    leave({ image, queue });
  };
  const keepLabel = () => {
    if (!image) return;
    if (annotation?.state !== 'labelled' || !score?.judgement)
      return notifyDone('Nothing to keep', 'No model has judged the label of this picture.');
    const isKept = score.judgement.decidedBy === null;
    confirmLabel(image.hash, isKept);
    if (isKept) leave({ image, queue });
  };
  const acceptPredictions = () => {
    if (annotation?.state === 'predicted') return finish('labelled');
    const stroke = score && annotation && toStroke(score, annotation);
    if (!image || !stroke)
      return notifyDone('Nothing to accept', 'No model says anything else of this picture.');
    edit(stroke);
    leave({ image, queue });
  };
  return {
    submit: () => finish('labelled'),
    reject: () => finish('rejected'),
    acceptPredictions,
    keepLabel,
    repeatPrevious: () =>
      readPrevious().then(
        (boxes) => {
          if (boxes.length > 0) put(boxes);
          else notifyDone('Nothing to take over', 'The picture before has no boxes, or there was none.');
        },
        (error) => notifyFailure('The boxes of the picture before could not be read', error),
      ),
    nextPicture: () => image && leave({ image, queue }),
    previousPicture: () => {
      select([]);
      queue.step(-1);
    },
    boxTool: () => set({ tool: 'box' }),
    selectTool: () => set({ tool: 'select' }),
    tagTool: () => set({ tool: 'tag' }),
    nextBox: () => cycle(1, false),
    previousBox: () => cycle(-1, false),
    zoomToNext: () => cycle(1, true),
    fit: () => canvasRef.current?.fit(),
    zoomIn: () => canvasRef.current?.zoomBy(1.4),
    zoomOut: () => canvasRef.current?.zoomBy(1 / 1.4),
    toggleBoxes: () => set({ areBoxesHidden: !areBoxesHidden }),
    remove: () => {
      const ids = readSelected().map(({ id }) => id);
      if (ids.length > 0) edit({ remove: ids });
      select([]);
    },
    selectAll: () => select(readBoxes().map(({ id }) => id)),
    copy: () => set({ clipboard: readSelected() }),
    paste: () => put(clipboard),
    undo: () => image && edits.undo(image.hash),
    redo: () => image && edits.redo(image.hash),
    deselect: () => {
      if (!canvasRef.current?.stop()) select([]);
    },
  };
}

/** Done with a doubted label, as it is, is its confirmation. */
function isDoubted(score: PictureScore | undefined): boolean {
  const judgement = score?.judgement;
  return judgement != null && judgement.issues.length > 0 && judgement.decidedBy === null;
}

function leave({ image, queue }: { image: Image; queue: DeskQueue }): void {
  const { set } = useDesk.getState();
  set({ previous: image.hash, selected: new Set() });
  queue.step(1);
}

function pickShape({ x, y, width, height }: Pick<PutBox, 'x' | 'y' | 'width' | 'height'>) {
  return { x, y, width, height };
}

function toPut({ id, className, x, y, width, height, attributes }: PutBox): PutBox {
  return { id, className, x, y, width, height, attributes };
}
