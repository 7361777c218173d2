/**
 * What the mouse, a pen or fingers do on the canvas. With the box tool a drag draws, wherever it begins, save on a grip of
 * the chosen box; a click chooses the smallest box there, and at the same place the next larger.
 */
import type { BoxIndex } from './box-index.ts';
import { drawBox, type Grip, gripPoints, moveBoxes, resizeBox } from './box-shapes.ts';
import type { DeskActions, DeskScene } from './desk-canvas.ts';
import type { PaintedBox } from './paint.ts';
import { type Point, type Rect, toPicture, toStage, type View } from './view-transform.ts';

/** The gesture under way, as it is drawn. */
export type Live =
  | { readonly kind: 'none' | 'pan' }
  | { readonly kind: 'draw'; readonly shape: Rect | undefined }
  | { readonly kind: 'shape'; readonly boxes: readonly PaintedBox[]; readonly isResized: boolean }
  /** Stage pixels. */
  | { readonly kind: 'lasso'; readonly rect: Rect };

export interface GestureHost extends DeskActions {
  read(): DeskScene & { readonly view: View; readonly index: BoxIndex<PaintedBox> };
  setLive(live: Live): void;
  setPointer(at: Point | undefined): void;
  pan(by: Point): void;
  zoom(at: Point, factor: number): void;
}

interface Gesture {
  /** @param at stage pixels */
  move(at: Point): void;
  /** @param isClick the pointer has hardly moved */
  end(at: Point, isClick: boolean): void;
}

/** From the first touch of a pen on, a finger moves the picture; a hand that lies on the screen beside the pen does nothing. */
interface Hand {
  hasPen: boolean;
  isPenDown: boolean;
}

/** Stage pixels that a pressed pointer may tremble by and still be a click. */
const clickSlack = 4;
const gripReach = { mouse: 8, pen: 12, touch: 22 } as const;

export function createGestures(
  canvas: HTMLCanvasElement,
  host: GestureHost,
): { stop(): boolean; dispose(): void } {
  const pointers = new Map<number, Point>();
  let gesture: (Gesture & { readonly from: Point }) | undefined;
  const hand: Hand = { hasPen: false, isPenDown: false };
  let isSpaceHeld = false;
  const stop = (): boolean => {
    const wasUnderWay = gesture !== undefined;
    gesture = undefined;
    host.setLive({ kind: 'none' });
    return wasUnderWay;
  };
  const at = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const down = (event: PointerEvent): void => {
    if (event.pointerType === 'pen') takePen();
    else if (event.pointerType === 'touch' && hand.isPenDown) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    const from = at(event);
    pointers.set(event.pointerId, from);
    // A second finger turns the stroke into a pinch.
    if (pointers.size > 1) return void stop();
    const isFingerBesidePen = hand.hasPen && event.pointerType === 'touch';
    const begun = beginGesture(host, event, from, isSpaceHeld || isFingerBesidePen);
    gesture = begun && { ...begun, from };
  };
  /** The fingers that lie there already were the palm. */
  const takePen = (): void => {
    Object.assign(hand, { hasPen: true, isPenDown: true });
    pointers.clear();
    stop();
  };
  const move = (event: PointerEvent): void => {
    if (event.pointerType === 'touch' && !pointers.has(event.pointerId)) return;
    const to = at(event);
    const before = pointers.get(event.pointerId);
    host.setPointer(to);
    if (!before) hover(canvas, host, to);
    else pointers.set(event.pointerId, to);
    if (before && pointers.size === 2) pinch(host, [...pointers.entries()], event.pointerId, before);
    else gesture?.move(to);
  };
  const up = (event: PointerEvent): void => {
    if (event.pointerType === 'pen') hand.isPenDown = false;
    if (!pointers.delete(event.pointerId)) return;
    const ended = gesture;
    if (!ended) return;
    const to = at(event);
    stop();
    if (event.type === 'pointerup') ended.end(to, distance(ended.from, to) < clickSlack);
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    if (event.shiftKey) host.pan({ x: -(event.deltaX + event.deltaY) * lines, y: 0 });
    else host.zoom(at(event), Math.exp(-event.deltaY * lines * 0.0018));
  };
  const leave = () => host.setPointer(undefined);
  const key = (event: KeyboardEvent): void => {
    if (event.key === ' ') isSpaceHeld = event.type === 'keydown';
  };
  const events: ReadonlyArray<readonly [EventTarget, string, (event: never) => void]> = [
    [canvas, 'pointerdown', down],
    [canvas, 'pointermove', move],
    [canvas, 'pointerup', up],
    [canvas, 'pointercancel', up],
    [canvas, 'pointerleave', leave],
    [canvas, 'wheel', wheel],
    [window, 'keydown', key],
    [window, 'keyup', key],
    [
      window,
      'blur',
      () => {
        isSpaceHeld = false;
      },
    ],
  ];
  for (const [target, type, listener] of events)
    target.addEventListener(type, listener as EventListener, { passive: false });
  return {
    stop,
    dispose: () => {
      for (const [target, type, listener] of events)
        target.removeEventListener(type, listener as EventListener);
    },
  };
}

function beginGesture(
  host: GestureHost,
  event: PointerEvent,
  from: Point,
  isPanning: boolean,
): Gesture | undefined {
  if (event.button === 1 || isPanning) return panGesture(host, from);
  if (event.button !== 0) return undefined;
  const { tool, areBoxesHidden } = host.read();
  const grip = areBoxesHidden ? undefined : findGrip(host, from, reachOf(event.pointerType));
  if (grip) return resizeGesture(host, grip);
  if (tool !== 'box' || event.altKey) return moveGesture(host, from, event.shiftKey);
  return drawGesture(host, from, event.shiftKey);
}

function panGesture(host: GestureHost, from: Point): Gesture {
  let last = from;
  host.setLive({ kind: 'pan' });
  return {
    move: (to) => {
      host.pan({ x: to.x - last.x, y: to.y - last.y });
      last = to;
    },
    end: () => {},
  };
}

function drawGesture(host: GestureHost, from: Point, isAdding: boolean): Gesture {
  const { view, size } = host.read();
  const start = toPicture(view, from);
  const shapeTo = (to: Point) => drawBox(start, toPicture(host.read().view, to), size);
  return {
    move: (to) => host.setLive({ kind: 'draw', shape: shapeTo(to) }),
    end: (to, isClick) => {
      if (isClick) return choose(host, to, isAdding);
      const shape = shapeTo(to);
      if (shape) host.onDraw(shape);
    },
  };
}

function resizeGesture(
  host: GestureHost,
  { box, grip }: { readonly box: PaintedBox; readonly grip: Grip },
): Gesture {
  const { size } = host.read();
  const shapeTo = (to: Point) => ({ ...box, ...resizeBox(box, grip, toPicture(host.read().view, to), size) });
  return {
    move: (to) => host.setLive({ kind: 'shape', boxes: [shapeTo(to)], isResized: true }),
    end: (to, isClick) => {
      if (!isClick) host.onShape([shapeTo(to)]);
    },
  };
}

/** Moves the chosen boxes, or the one under the pointer; on nothing it pulls open a rectangle that chooses. */
function moveGesture(host: GestureHost, from: Point, isAdding: boolean): Gesture {
  const { index, view, selected, boxes } = host.read();
  const here = index.at(toPicture(view, from));
  const [nearest] = here;
  if (!nearest) return lassoGesture(host, from, isAdding);
  const isChosen = here.some(({ id }) => selected.has(id));
  if (!isChosen) host.onSelect(new Set([...(isAdding ? selected : []), nearest.id]));
  const moving = isChosen ? boxes.filter(({ id }) => selected.has(id)) : [nearest];
  const shapesTo = (to: Point) => {
    const { scale } = host.read().view;
    return moveBoxes(moving, { x: (to.x - from.x) / scale, y: (to.y - from.y) / scale }, host.read().size);
  };
  return {
    move: (to) => host.setLive({ kind: 'shape', boxes: shapesTo(to), isResized: false }),
    end: (to, isClick) => {
      if (isClick) choose(host, to, isAdding);
      else host.onShape(shapesTo(to));
    },
  };
}

function lassoGesture(host: GestureHost, from: Point, isAdding: boolean): Gesture {
  const rectTo = (to: Point): Rect => ({
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(to.x - from.x),
    height: Math.abs(to.y - from.y),
  });
  return {
    move: (to) => host.setLive({ kind: 'lasso', rect: rectTo(to) }),
    end: (to) => {
      const { view, index, selected } = host.read();
      const rect = rectTo(to);
      const part = { width: rect.width / view.scale, height: rect.height / view.scale };
      const found = index.within({ ...toPicture(view, rect), ...part }).map(({ id }) => id);
      host.onSelect(new Set([...(isAdding ? selected : []), ...found]));
    },
  };
}

/** The smallest box at the point; where it is chosen already, the next larger one. */
function choose(host: GestureHost, at: Point, isAdding: boolean): void {
  const { index, view, selected, areBoxesHidden } = host.read();
  const here = areBoxesHidden ? [] : index.at(toPicture(view, at), 3 / view.scale);
  const [nearest] = here;
  if (isAdding && nearest) host.onSelect(toggled(selected, nearest.id));
  if (isAdding) return;
  const chosen = here.findIndex(({ id }) => selected.has(id));
  const next = here[(chosen + 1) % Math.max(1, here.length)];
  host.onSelect(new Set(next ? [next.id] : []));
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const others = [...selected].filter((other) => other !== id);
  return new Set(selected.has(id) ? others : [...others, id]);
}

function findGrip(host: GestureHost, at: Point, reach: number): { box: PaintedBox; grip: Grip } | undefined {
  const { boxes, selected, view } = host.read();
  if (selected.size !== 1) return undefined;
  const box = boxes.find(({ id }) => selected.has(id));
  const found = box && gripPoints(toStage(view, box)).find(([, point]) => distance(point, at) <= reach);
  return box && found && { box, grip: found[0] };
}

const cursors: Readonly<Record<Grip, string>> = {
  ...{ nw: 'nwse-resize', se: 'nwse-resize', ne: 'nesw-resize', sw: 'nesw-resize' },
  ...{ n: 'ns-resize', s: 'ns-resize', e: 'ew-resize', w: 'ew-resize' },
};

function hover(canvas: HTMLCanvasElement, host: GestureHost, at: Point): void {
  const grip = findGrip(host, at, gripReach.mouse)?.grip;
  const { tool, view, index } = host.read();
  const isOnBox = tool !== 'box' && index.at(toPicture(view, at)).length > 0;
  canvas.style.cursor = grip ? cursors[grip] : isOnBox ? 'move' : tool === 'box' ? 'crosshair' : 'default';
}

/** Two fingers: what lies between them stays between them. */
function pinch(
  host: GestureHost,
  pointers: readonly (readonly [number, Point])[],
  moved: number,
  before: Point,
): void {
  const now = pointers.find(([id]) => id === moved)?.[1] ?? before;
  const other = pointers.find(([id]) => id !== moved)?.[1] ?? before;
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  host.zoom(middle, distance(now, other) / Math.max(1, distance(before, other)));
  host.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
}

function reachOf(pointerType: string): number {
  return pointerType === 'touch' || pointerType === 'pen' ? gripReach[pointerType] : gripReach.mouse;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
