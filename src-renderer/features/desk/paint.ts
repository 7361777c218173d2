/** Draws the layers of the desk: boxes that lie still, and what moves under the hand. */
import { gripPoints } from './box-shapes.ts';
import { type Point, type Rect, type Size, toStage, type View } from './view-transform.ts';

export interface PaintedBox extends Rect {
  readonly id: string;
  readonly className: string;
  readonly color: string;
  /** A model's suggestion, drawn with dashes. */
  readonly isPredicted: boolean;
  readonly score: number | null;
}

/** Above this many the names would hide the picture. */
const mostNames = 80;
const dashes = [7, 4];

/** All boxes, class by class, so that thousands cost a few strokes. */
export function paintBoxes(
  context: CanvasRenderingContext2D,
  view: View,
  boxes: readonly PaintedBox[],
  isNamed = boxes.length <= mostNames,
): void {
  const groups = Map.groupBy(boxes, ({ color, isPredicted }) => `${isPredicted} ${color}`);
  for (const group of groups.values()) {
    const { color = '', isPredicted = false } = group[0] ?? {};
    context.setLineDash(isPredicted ? dashes : []);
    strokeAll(context, view, group, 'rgba(0, 0, 0, 0.55)', 3.5);
    strokeAll(context, view, group, color, 2);
  }
  context.setLineDash([]);
  if (isNamed) for (const box of boxes) paintName(context, toStage(view, box), box);
}

function strokeAll(
  context: CanvasRenderingContext2D,
  view: View,
  boxes: readonly Rect[],
  color: string,
  lineWidth: number,
): void {
  context.beginPath();
  for (const box of boxes) {
    const { x, y, width, height } = toStage(view, box);
    context.rect(x, y, width, height);
  }
  context.strokeStyle = color;
  context.lineWidth = lineWidth;
  context.stroke();
}

const font = '600 12px "Inter", "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif';
const nameHeight = 18;

function paintName(context: CanvasRenderingContext2D, rect: Rect, box: PaintedBox): void {
  const text = box.score === null ? box.className : `${box.className} ${Math.round(100 * box.score)} %`;
  context.font = font;
  const width = context.measureText(text).width + 10;
  if (rect.width < width / 2.5) return;
  const y = rect.y >= nameHeight ? rect.y - nameHeight : rect.y;
  context.fillStyle = box.color;
  context.fillRect(rect.x - 1, y, width, nameHeight);
  context.fillStyle = isDark(box.color) ? '#fff' : '#111';
  context.textBaseline = 'middle';
  context.fillText(text, rect.x + 4, y + nameHeight / 2 + 0.5);
}

/** Whether white text is read better on the colour `#rrggbb` (relative luminance of WCAG 2.2 below 0.25). */
function isDark(color: string): boolean {
  const channel = (at: number) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) < 0.25;
}

/** The chosen boxes, filled faintly; a single one with its grips. */
export function paintSelection(
  context: CanvasRenderingContext2D,
  view: View,
  boxes: readonly PaintedBox[],
  gripSize: number,
): void {
  for (const box of boxes) {
    const rect = toStage(view, box);
    context.fillStyle = `${box.color}33`;
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    context.strokeStyle = '#fff';
    context.lineWidth = 4;
    context.strokeRect(rect.x, rect.y, rect.width, rect.height);
    context.strokeStyle = box.color;
    context.lineWidth = 2.5;
    context.strokeRect(rect.x, rect.y, rect.width, rect.height);
    paintName(context, rect, box);
  }
  const [only, ...others] = boxes;
  if (!only || others.length > 0) return;
  for (const [, { x, y }] of gripPoints(toStage(view, only))) {
    context.fillStyle = '#fff';
    context.strokeStyle = '#111';
    context.lineWidth = 1;
    context.beginPath();
    context.rect(x - gripSize / 2, y - gripSize / 2, gripSize, gripSize);
    context.fill();
    context.stroke();
  }
}

/** Two lines through the pointer, over the whole stage. */
export function paintCrosshair(context: CanvasRenderingContext2D, at: Point, stage: Size): void {
  const lines = () => {
    context.beginPath();
    context.moveTo(0, Math.round(at.y) + 0.5);
    context.lineTo(stage.width, Math.round(at.y) + 0.5);
    context.moveTo(Math.round(at.x) + 0.5, 0);
    context.lineTo(Math.round(at.x) + 0.5, stage.height);
    context.stroke();
  };
  context.lineWidth = 1;
  context.strokeStyle = 'rgba(0, 0, 0, 0.6)';
  lines();
  context.setLineDash([6, 6]);
  context.strokeStyle = 'rgba(255, 255, 255, 0.9)';
  lines();
  context.setLineDash([]);
}

/** A rectangle pulled open to choose what it touches. */
export function paintLasso(context: CanvasRenderingContext2D, rect: Rect): void {
  context.fillStyle = 'rgba(120, 180, 255, 0.2)';
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.strokeStyle = 'rgba(120, 180, 255, 0.95)';
  context.lineWidth = 1.5;
  context.strokeRect(rect.x, rect.y, rect.width, rect.height);
}

const lensSize = 168;
const lensGrowth = 4;

/**
 * What lies under the pointer, four times as large, in the corner that the pointer is not in; with the box that is being
 * drawn, whose corner is set there.
 */
export function paintLens(
  context: CanvasRenderingContext2D,
  picture: CanvasImageSource,
  view: View,
  at: Point,
  stage: Size,
  {
    drawn,
    filter,
  }: { readonly drawn: (Rect & { readonly color: string }) | undefined; readonly filter: string },
): void {
  const side = lensSize / (view.scale * lensGrowth);
  const centre = { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
  const left = at.x < stage.width / 2 ? stage.width - lensSize - 12 : 12;
  context.save();
  context.beginPath();
  context.rect(left, 12, lensSize, lensSize);
  context.clip();
  context.fillStyle = '#808080';
  context.fillRect(left, 12, lensSize, lensSize);
  context.imageSmoothingEnabled = view.scale * lensGrowth < 2;
  context.filter = filter;
  context.drawImage(
    picture,
    centre.x - side / 2,
    centre.y - side / 2,
    side,
    side,
    left,
    12,
    lensSize,
    lensSize,
  );
  context.filter = 'none';
  if (drawn) {
    const scale = view.scale * lensGrowth;
    const corner = {
      x: left + (drawn.x - centre.x + side / 2) * scale,
      y: 12 + (drawn.y - centre.y + side / 2) * scale,
    };
    context.strokeStyle = drawn.color;
    context.lineWidth = 2;
    context.strokeRect(corner.x, corner.y, drawn.width * scale, drawn.height * scale);
  }
  context.strokeStyle = 'rgba(255, 255, 255, 0.95)';
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left + lensSize / 2, 12);
  context.lineTo(left + lensSize / 2, 12 + lensSize);
  context.moveTo(left, 12 + lensSize / 2);
  context.lineTo(left + lensSize, 12 + lensSize / 2);
  context.stroke();
  context.restore();
  context.strokeStyle = '#fff';
  context.lineWidth = 2;
  context.strokeRect(left, 12, lensSize, lensSize);
}
