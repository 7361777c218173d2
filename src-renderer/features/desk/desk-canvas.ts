/**
 * The canvas of the desk as a thing that lives outside React: three layers (picture, boxes that lie still, what is under
 * the hand), of which a moving pointer redraws the last alone. Gestures come from `desk-gestures.ts`.
 */
import { type BoxIndex, createBoxIndex } from './box-index.ts';
import { createGestures, type GestureHost, type Live } from './desk-gestures.ts';
import type { Tool } from './desk-store.ts';
import {
  type PaintedBox,
  paintBoxes,
  paintCrosshair,
  paintLasso,
  paintLens,
  paintSelection,
} from './paint.ts';
import {
  fitView,
  type Point,
  panBy,
  type Rect,
  type Size,
  toStage,
  type View,
  viewOnBox,
  visiblePart,
  zoomAt,
} from './view-transform.ts';

export interface DeskScene {
  /** Undefined until it has come. */
  readonly picture: HTMLImageElement | undefined;
  /** Pixels, upright. */
  readonly size: Size;
  readonly boxes: readonly PaintedBox[];
  /** Where a model sees things that the label has not so: seen, and never taken hold of. */
  readonly doubts: readonly PaintedBox[];
  readonly selected: ReadonlySet<string>;
  readonly areBoxesHidden: boolean;
  readonly hasMagnifier: boolean;
  readonly tool: Tool;
  /** Of the next box; null where there is no class to draw with. */
  readonly color: string | null;
}

export interface DeskActions {
  readonly onDraw: (shape: Rect) => void;
  /** Boxes moved or resized. */
  readonly onShape: (boxes: readonly PaintedBox[]) => void;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
}

export interface DeskCanvas {
  setScene(scene: DeskScene): void;
  fit(): void;
  zoomBy(factor: number): void;
  zoomTo(box: Rect): void;
  /** Stops the gesture under way, if any. */
  stop(): boolean;
  dispose(): void;
}

export interface DeskLayers {
  readonly picture: HTMLCanvasElement;
  readonly boxes: HTMLCanvasElement;
  readonly hand: HTMLCanvasElement;
}

const emptyScene: DeskScene = {
  ...{
    picture: undefined,
    size: { width: 1, height: 1 },
    boxes: [],
    doubts: [],
    selected: new Set(),
    areBoxesHidden: false,
  },
  ...{ hasMagnifier: false, tool: 'box', color: null },
};

const noLive: Live = { kind: 'none' };

class LayeredDeskCanvas implements DeskCanvas {
  readonly #layers: DeskLayers;
  readonly #contexts: Record<keyof DeskLayers, CanvasRenderingContext2D>;
  readonly #observer: ResizeObserver;
  readonly #gestures: { stop(): boolean; dispose(): void };
  #scene = emptyScene;
  #index: BoxIndex<PaintedBox> = createBoxIndex([], emptyScene.size);
  #stage: Size = { width: 1, height: 1 };
  #view: View = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  #live: Live = noLive;
  #pointer: Point | undefined;
  #stale = new Set<keyof DeskLayers>();
  #frame = 0;

  constructor(layers: DeskLayers, actions: DeskActions) {
    this.#layers = layers;
    this.#contexts = {
      picture: contextOf(layers.picture),
      boxes: contextOf(layers.boxes),
      hand: contextOf(layers.hand),
    };
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(layers.hand);
    this.#gestures = createGestures(layers.hand, this.#createHost(actions));
    this.#resize();
  }

  setScene(scene: DeskScene): void {
    const before = this.#scene;
    this.#scene = scene;
    if (before.boxes !== scene.boxes || before.size !== scene.size)
      this.#index = createBoxIndex(scene.boxes, scene.size);
    if (before.size !== scene.size) this.fit();
    this.#draw('picture', 'boxes', 'hand');
  }

  fit(): void {
    this.#isFitted = true;
    this.#setView(fitView(this.#scene.size, this.#stage));
  }

  zoomBy(factor: number): void {
    this.#zoom({ x: this.#stage.width / 2, y: this.#stage.height / 2 }, factor);
  }

  zoomTo(box: Rect): void {
    this.#isFitted = false;
    this.#setView(viewOnBox(box, this.#stage));
  }

  stop(): boolean {
    return this.#gestures.stop();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#gestures.dispose();
  }

  #createHost(actions: DeskActions): GestureHost {
    return {
      ...actions,
      read: () => ({ ...this.#scene, view: this.#view, index: this.#index }),
      setLive: (live) => {
        const wasLifted = isShaping(this.#live);
        this.#live = live;
        // Lifted boxes leave the layer of those that lie still, once.
        if (wasLifted !== isShaping(live)) this.#draw('boxes');
        this.#draw('hand');
      },
      setPointer: (at) => {
        this.#pointer = at;
        this.#draw('hand');
      },
      pan: (by) => this.#setView(panBy(this.#view, by, this.#scene.size, this.#stage)),
      zoom: (at, factor) => this.#zoom(at, factor),
    };
  }

  #zoom(at: Point, factor: number): void {
    this.#isFitted = false;
    const smallest = fitView(this.#scene.size, this.#stage).scale;
    this.#setView(zoomAt(this.#view, at, factor, smallest));
  }

  #setView(view: View): void {
    this.#view = view;
    this.#layers.hand.dataset.scale = view.scale.toFixed(4);
    this.#layers.hand.dataset.offset = `${view.x.toFixed(2)} ${view.y.toFixed(2)}`;
    this.#draw('picture', 'boxes', 'hand');
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#layers.hand;
    this.#stage = { width: Math.max(1, width), height: Math.max(1, height) };
    const ratio = window.devicePixelRatio;
    for (const [name, canvas] of Object.entries(this.#layers) as [keyof DeskLayers, HTMLCanvasElement][]) {
      canvas.width = Math.round(this.#stage.width * ratio);
      canvas.height = Math.round(this.#stage.height * ratio);
      this.#contexts[name].setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    if (this.#isFitted) this.fit();
    this.#draw('picture', 'boxes', 'hand');
  }

  #draw(...layers: readonly (keyof DeskLayers)[]): void {
    for (const layer of layers) this.#stale.add(layer);
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#frame = 0;
    const stale = this.#stale;
    this.#stale = new Set();
    for (const layer of stale) {
      this.#contexts[layer].clearRect(0, 0, this.#stage.width, this.#stage.height);
      if (layer === 'picture') this.#paintPicture();
      else if (layer === 'boxes') this.#paintStill();
      else this.#paintHand();
    }
  }

  #paintPicture(): void {
    const { picture, size } = this.#scene;
    if (!picture) return;
    const { x, y, width, height } = toStage(this.#view, { x: 0, y: 0, ...size });
    const context = this.#contexts.picture;
    context.imageSmoothingEnabled = this.#view.scale < 3;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, x, y, width, height);
  }

  #paintStill(): void {
    const { areBoxesHidden, selected, doubts } = this.#scene;
    if (areBoxesHidden) return;
    const seen = this.#index.within(visiblePart(this.#view, this.#stage));
    const still = isShaping(this.#live) ? seen.filter(({ id }) => !selected.has(id)) : seen;
    paintBoxes(this.#contexts.boxes, this.#view, still);
    paintBoxes(this.#contexts.boxes, this.#view, doubts);
  }

  #paintHand(): void {
    const { boxes, selected, areBoxesHidden, hasMagnifier, picture, tool, color } = this.#scene;
    const context = this.#contexts.hand;
    const live = this.#live;
    const chosen = live.kind === 'shape' ? live.boxes : boxes.filter(({ id }) => selected.has(id));
    if (!areBoxesHidden) paintSelection(context, this.#view, chosen, 9);
    if (live.kind === 'draw' && live.shape) {
      const drawn = { ...live.shape, color: color ?? '#ffffff', id: '', className: '' };
      paintBoxes(context, this.#view, [{ ...drawn, isPredicted: false, score: null }], false);
    }
    if (live.kind === 'lasso') paintLasso(context, live.rect);
    if (!this.#pointer) return;
    if (tool === 'box' && live.kind !== 'pan') paintCrosshair(context, this.#pointer, this.#stage);
    const isDrawing = live.kind === 'draw' || (live.kind === 'shape' && live.isResized);
    if (!hasMagnifier || !picture || !isDrawing) return;
    const drawn =
      live.kind === 'draw' ? live.shape && { ...live.shape, color: color ?? '#ffffff' } : live.boxes[0];
    paintLens(context, picture, this.#view, this.#pointer, this.#stage, {
      drawn,
      filter: this.#layers.picture.style.filter || 'none',
    });
  }
}

/** @param actions are called when a gesture ends, never while it goes on */
export function createDeskCanvas(layers: DeskLayers, actions: DeskActions): DeskCanvas {
  return new LayeredDeskCanvas(layers, actions);
}

function isShaping(live: Live): boolean {
  return live.kind === 'shape';
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('bug: a canvas without a 2d context');
  return context;
}
