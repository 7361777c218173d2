/** A picture with boxes drawn on it: to look at, not to edit. The wheel zooms, a hand moves what is zoomed. */
import { useElementSize } from '@mantine/hooks';
import { memo, type PointerEvent, useEffect, useRef } from 'react';
import classes from './BoxPicture.module.css';
import type { DrawnBox } from './drawn-box.ts';
import { movedBy, type PictureView, wholePicture, zoomedAt } from './picture-zoom.ts';

interface BoxPictureProps {
  readonly src: string;
  readonly alt: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DrawnBox[];
  /** The box that is pointed at elsewhere. */
  readonly highlighted?: string | null;
  /** Absent: the whole picture, always. */
  readonly view?: PictureView;
  readonly onView?: (view: PictureView) => void;
}

export function BoxPicture(props: BoxPictureProps) {
  const { src, alt, width, height, boxes, highlighted = null } = props;
  const view = props.view ?? wholePicture(props);
  const { ref: sizeRef, width: boxWidth, height: boxHeight } = useElementSize();
  /** Pixels of the screen per pixel of the picture. */
  const scale = Math.max(1e-6, Math.min(boxWidth / view.width, boxHeight / view.height));
  const pointedAt = highlighted === null ? undefined : boxes.find(({ key }) => key === highlighted);
  const hand = useHand(props, view, scale);
  return (
    <div ref={sizeRef} className={classes.frame}>
      <svg
        ref={hand.ref}
        className={classes.picture}
        data-zoomed={view.width < width || undefined}
        viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
        role="img"
        aria-label={alt}
        onPointerMove={hand.onPointerMove}
        data-testid="box-picture"
      >
        <image href={src} width={width} height={height} data-close={scale > 3 || undefined} />
        <Outlines boxes={boxes} />
        {boxes.map((box) =>
          box.label === null ? null : <Label key={box.key} box={box} scale={scale} isHighlighted={false} />,
        )}
        {pointedAt !== undefined && (
          <>
            <HighlightedBox box={pointedAt} />
            <Label box={pointedAt} scale={scale} isHighlighted />
          </>
        )}
      </svg>
    </div>
  );
}

/** Thousands of boxes may stand on a picture: those that look alike are one path, drawn again only when they change. */
const Outlines = memo(function Outlines({ boxes }: { readonly boxes: readonly DrawnBox[] }) {
  const alike = Map.groupBy(boxes, ({ color, isDashed, isFaint }) => `${color} ${isDashed} ${isFaint}`);
  return [...alike].map(([look, group]) => <AlikeBoxes key={look} group={group} />);
});

function AlikeBoxes({ group }: { readonly group: readonly DrawnBox[] }) {
  const [first] = group;
  if (first === undefined) return null;
  return (
    <path
      d={group.map(outlineOf).join('')}
      opacity={first.isFaint ? 0.4 : 1}
      fill="none"
      stroke={first.color}
      strokeWidth={2}
      strokeDasharray={first.isDashed ? '7 5' : undefined}
      vectorEffect="non-scaling-stroke"
      data-box={first.isDashed ? 'dashed' : 'solid'}
      data-count={group.length}
    />
  );
}

function HighlightedBox({ box }: { readonly box: DrawnBox }) {
  return (
    <path
      d={outlineOf(box)}
      fill={box.color}
      fillOpacity={0.25}
      stroke={box.color}
      strokeWidth={4}
      strokeDasharray={box.isDashed ? '7 5' : undefined}
      vectorEffect="non-scaling-stroke"
    />
  );
}

/** A detection may be a line, or less. */
function outlineOf({ x, y, width, height }: DrawnBox): string {
  const [w, h] = [Math.max(0, width), Math.max(0, height)];
  return `M${x} ${y}h${w}v${h}h${-w}z`;
}

const letterWidth = 8;
const labelHeight = 17;

interface LabelProps {
  readonly box: DrawnBox;
  readonly isHighlighted: boolean;
  readonly scale: number;
}

/** Above the box, or within it at the upper edge of the picture; in pixels of the screen however close the picture is. */
function Label({ box, scale, isHighlighted }: LabelProps) {
  const { x, y, width, color, label, shortLabel, isFaint } = box;
  if (label === null) return null;
  const isFitting = isHighlighted || label.length * letterWidth <= width * scale;
  const text = isFitting ? label : shortLabel;
  if (text === '') return null;
  const isInside = y < labelHeight / scale;
  const top = isInside ? Math.max(0, y) : y - labelHeight / scale;
  return (
    <g
      transform={`translate(${Math.max(0, x)} ${top}) scale(${1 / scale})`}
      opacity={isFaint && !isHighlighted ? 0.5 : 1}
    >
      <rect width={text.length * letterWidth + 8} height={labelHeight} fill={color} />
      <text x={4} y={12.5} className={classes.label}>
        {text}
      </text>
    </g>
  );
}

/** Wheel and drag; the wheel's listener must not be passive, or the page would scroll along. */
function useHand({ width, height, onView }: BoxPictureProps, view: PictureView, scale: number) {
  const ref = useRef<SVGSVGElement>(null);
  const isFixed = onView === undefined;
  useEffect(() => {
    const svg = ref.current;
    if (svg === null || isFixed) return;
    const onWheel = (event: WheelEvent): void => {
      const point = pictureAt(svg, event);
      if (point === undefined) return;
      event.preventDefault();
      onView(zoomedAt(view, { width, height }, Math.exp(-event.deltaY / 400), point));
    };
    svg.addEventListener('wheel', onWheel, { passive: false });
    return () => svg.removeEventListener('wheel', onWheel);
  });
  const onPointerMove = (event: PointerEvent): void => {
    if (isFixed || (event.buttons & 1) === 0) return;
    onView(movedBy(view, { width, height }, -event.movementX / scale, -event.movementY / scale));
  };
  return { ref, onPointerMove };
}

function pictureAt(svg: SVGSVGElement, event: WheelEvent): DOMPoint | undefined {
  const toScreen = svg.getScreenCTM();
  return toScreen === null
    ? undefined
    : new DOMPoint(event.clientX, event.clientY).matrixTransform(toScreen.inverse());
}
