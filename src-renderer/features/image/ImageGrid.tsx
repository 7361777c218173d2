/** The wall of thumbnails: only the rows in view exist, whatever the number of pictures. */
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type RefObject, useEffect, useRef } from 'react';
import type { Image } from '../../../src-preload/contract/index.ts';
import classes from './ImageGrid.module.css';
import { ImageTile } from './ImageTile.tsx';
import type { Selection } from './selection.ts';

const gap = 10;
const captionHeight = 30;

export interface GridView {
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly columns: number;
  readonly rowsInView: number;
}

interface ImageGridProps {
  readonly total: number;
  readonly imageAt: (index: number) => Image | undefined;
  readonly colorOf: (className: string) => string | undefined;
  /** Of all pictures of the list, see `listImageColors`; undefined until they are there. */
  readonly meanColors: string | undefined;
  readonly tileSize: number;
  readonly selection: Selection;
  readonly onView: (view: GridView) => void;
  readonly onPick: (index: number, image: Image, event: MouseEvent) => void;
  readonly onOpen: (index: number, image: Image) => void;
  readonly focusRef: RefObject<HTMLDivElement | null>;
}

export function ImageGrid(props: ImageGridProps) {
  const { total, tileSize, selection, focusRef, imageAt, onPick, onOpen } = props;
  const { ref: sizeRef, width, height } = useElementSize();
  const columns = Math.max(1, Math.floor((width + gap) / (tileSize + gap)));
  const rowHeight = tileSize + captionHeight + gap;
  const virtualizer = useVirtualizer({
    count: Math.ceil(total / columns),
    getScrollElement: () => focusRef.current,
    estimateSize: () => rowHeight,
    overscan: 3,
  });
  const rows = virtualizer.getVirtualItems();
  useRemeasure(virtualizer, rowHeight);
  useReportView(props.onView, rows, columns, Math.max(1, Math.floor(height / rowHeight)));
  useScrollToFocus(virtualizer, selection.focus?.index, columns);
  const focusedHash = selection.focus?.hash;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the page do all that the mouse does
    <div
      ref={focusRef}
      className={classes.scroller}
      onClick={(event) => onTile(event, imageAt, (index, image) => onPick(index, image, event))}
      onDoubleClick={(event) => onTile(event, imageAt, onOpen)}
      role="listbox"
      aria-multiselectable
      aria-label="Pictures"
      aria-activedescendant={focusedHash ? `tile-${focusedHash}` : undefined}
      tabIndex={0}
      data-testid="image-grid"
    >
      <div ref={sizeRef} className={classes.measure} />
      <div
        className={classes.canvas}
        style={{ height: virtualizer.getTotalSize() }}
        data-row-height={rowHeight}
        data-row-count={Math.ceil(total / columns)}
      >
        {width > 0 &&
          rows.map((row) => (
            <div
              key={row.key}
              className={classes.row}
              data-row-index={row.index}
              style={{
                transform: `translateY(${row.start}px)`,
                gridTemplateColumns: `repeat(${columns}, 1fr)`,
              }}
            >
              {rowIndices(row.index, columns, total).map((index) => (
                <GridCell key={index} index={index} {...props} />
              ))}
            </div>
          ))}
      </div>
    </div>
  );
}

function GridCell({
  index,
  imageAt,
  colorOf,
  meanColors,
  tileSize,
  selection,
}: ImageGridProps & { index: number }) {
  const image = imageAt(index);
  return (
    <ImageTile
      index={index}
      image={image}
      meanColors={image === undefined ? meanColors : undefined}
      height={tileSize}
      color={image?.className == null ? undefined : colorOf(image.className)}
      isSelected={image !== undefined && selection.selected.has(image.hash)}
      isFocused={image !== undefined && selection.focus?.hash === image.hash}
    />
  );
}

/** One listener for all tiles: they stay free of handlers, and are drawn again only when they change. */
function onTile(
  event: MouseEvent,
  imageAt: ImageGridProps['imageAt'],
  act: (index: number, image: Image) => void,
) {
  const tile = event.target instanceof Element ? event.target.closest('[data-index]') : null;
  const index = Number(tile?.getAttribute('data-index'));
  const image = tile === null ? undefined : imageAt(index);
  if (image !== undefined) act(index, image);
}

function rowIndices(row: number, columns: number, total: number): number[] {
  const first = row * columns;
  return Array.from({ length: Math.min(columns, total - first) }, (_, offset) => first + offset);
}

interface Measurable {
  readonly measure: () => void;
}

/** Rows change their height with the size slider. */
function useRemeasure(virtualizer: Measurable, rowHeight: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what makes the measurement stale
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
}

function useReportView(
  onView: (view: GridView) => void,
  rows: ReadonlyArray<{ readonly index: number }>,
  columns: number,
  rowsInView: number,
): void {
  const firstIndex = (rows[0]?.index ?? 0) * columns;
  const lastIndex = ((rows.at(-1)?.index ?? 0) + 1) * columns - 1;
  useEffect(
    () => onView({ firstIndex, lastIndex, columns, rowsInView }),
    [onView, firstIndex, lastIndex, columns, rowsInView],
  );
}

interface Scrollable {
  readonly scrollToIndex: (index: number, options: { align: 'auto' }) => void;
}

function useScrollToFocus(virtualizer: Scrollable, focusIndex: number | undefined, columns: number): void {
  const before = useRef(focusIndex);
  useEffect(() => {
    if (focusIndex !== undefined && focusIndex !== before.current) {
      virtualizer.scrollToIndex(Math.floor(focusIndex / columns), { align: 'auto' });
    }
    before.current = focusIndex;
  }, [virtualizer, focusIndex, columns]);
}
