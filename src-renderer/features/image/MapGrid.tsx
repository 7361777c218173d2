/** The cells of the map: one tab stop, arrows within; a press filters by a cell, drawing along a row by a span of time. */
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type PointerEvent,
  type RefObject,
  useRef,
  useState,
} from 'react';
import type { ImageFilter, ImageMap } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import classes from './DatasetMap.module.css';
import {
  describeMoment,
  describeSpan,
  isFilteredBy,
  type MapRow,
  type MapSpan,
  shadeOf,
} from './map-cells.ts';

interface MapGridProps {
  readonly map: ImageMap;
  readonly rows: readonly MapRow[];
  readonly filter: ImageFilter;
  readonly colorOf: (className: string) => string | undefined;
  readonly onSpan: (span: MapSpan | null) => void;
  readonly onApply: (row: MapRow, first: number, last: number) => void;
  readonly onRow: (row: MapRow) => void;
}

interface Marked {
  readonly row: number;
  /** Where a span begins, and where it is drawn to. */
  readonly anchor: number;
  readonly bin: number;
}

const toSpan = ({ row, anchor, bin }: Marked): MapSpan => ({
  row,
  first: Math.min(anchor, bin),
  last: Math.max(anchor, bin),
});

export function MapGrid(props: MapGridProps) {
  const { map, rows, filter, colorOf, onRow } = props;
  const gridRef = useRef<HTMLTableElement>(null);
  const { marked, isShown, handlers } = useMarking(props, gridRef);
  const bins = map.totals.length;
  const span = toSpan(marked);
  const mostOfAll = Math.max(1, ...map.totals);
  const most = Math.max(1, ...rows.slice(1).flatMap(({ counts }) => counts));
  const spanOf = (row: number): MapSpan | null => (isShown && row === span.row ? span : null);
  return (
    <div className={classes.scroller} style={{ '--bins': bins } as CSSProperties}>
      <table
        ref={gridRef}
        className={classes.grid}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table is what the grid pattern of ARIA builds on
        role="grid"
        tabIndex={-1}
        aria-label="Pictures by class and time"
        aria-rowcount={rows.length}
        aria-colcount={bins + 1}
        {...handlers}
      >
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.subject.kind + row.name} className={classes.row}>
              <RowHead row={row} filter={filter} colorOf={colorOf} onRow={onRow} />
              <RowCells
                map={map}
                row={row}
                index={index}
                most={index === 0 ? mostOfAll : most}
                tabStop={marked.row === index ? marked.bin : null}
                span={spanOf(index)}
              />
            </tr>
          ))}
        </tbody>
      </table>
      <div className={classes.axis} aria-hidden>
        {axisMarks(map).map(({ bin, text }) => (
          <span key={bin} style={{ gridColumn: `${bin + 2} / span ${axisSpan(bins)}` }}>
            {text}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Which cells are marked, by the keyboard or the pointer; what is marked is applied by Enter, or by letting go. */
function useMarking(
  { map, rows, onSpan, onApply }: MapGridProps,
  gridRef: RefObject<HTMLTableElement | null>,
) {
  const [marked, setMarked] = useState<Marked>({ row: 0, anchor: 0, bin: 0 });
  const [isShown, setShown] = useState(false);
  const isDrawing = useRef(false);
  const mark = (next: Marked): void => {
    setMarked(next);
    setShown(true);
    onSpan(toSpan(next));
  };
  const hide = (): void => {
    setShown(false);
    onSpan(null);
  };
  const apply = (): void => {
    const { row, first, last } = toSpan(marked);
    const chosen = rows[row];
    if (chosen) onApply(chosen, first, last);
    setMarked({ row, anchor: 0, bin: 0 });
    hide();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isOnRowHead(event)) return;
    const next = moveBy(event, marked, { rows: rows.length, bins: map.totals.length });
    const isApplied = event.key === 'Enter' || event.key === ' ';
    if (next === undefined && !isApplied) return;
    // The arrows of the page belong to the pictures.
    event.preventDefault();
    event.stopPropagation();
    if (next === undefined) return void apply();
    mark(next);
    focusCell(gridRef.current, next);
  };
  const point = (event: PointerEvent, isStart: boolean): void => {
    const at = cellAt(event);
    if (at === undefined) return;
    if (isStart) event.currentTarget.setPointerCapture(event.pointerId);
    const isBegun = isDrawing.current && !isStart;
    isDrawing.current ||= isStart;
    mark(isBegun ? { ...marked, bin: at.bin } : { ...at, anchor: at.bin });
  };
  const handlers = {
    onKeyDown,
    onPointerDown: (event: PointerEvent) => point(event, true),
    onPointerMove: (event: PointerEvent) => point(event, false),
    onPointerUp: () => {
      if (isDrawing.current) apply();
      isDrawing.current = false;
    },
    onPointerCancel: () => {
      isDrawing.current = false;
    },
    onPointerLeave: () => {
      if (!isDrawing.current) hide();
    },
  };
  return { marked, isShown, handlers };
}

/** Enter and Space there press the button. */
function isOnRowHead({ target, key }: KeyboardEvent): boolean {
  return (key === 'Enter' || key === ' ') && target instanceof Element && target.closest('button') !== null;
}

interface RowHeadProps extends Pick<MapGridProps, 'filter' | 'colorOf' | 'onRow'> {
  readonly row: MapRow;
}

function RowHead({ row, filter, colorOf, onRow }: RowHeadProps) {
  return (
    <th scope="row" className={classes.rowHead}>
      <button
        type="button"
        className={classes.rowButton}
        aria-pressed={isFilteredBy(filter, row)}
        aria-label={`Filter by ${row.name}: ${formatPlural(row.total, 'picture')}`}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={() => onRow(row)}
      >
        <span className={classes.swatch} style={{ background: swatchOf(row, colorOf) }} />
        <span className={classes.name}>{row.name}</span>
        <span className={classes.total}>{formatCount(row.total)}</span>
      </button>
    </th>
  );
}

interface RowCellsProps {
  readonly map: ImageMap;
  readonly row: MapRow;
  readonly index: number;
  /** Pictures of the darkest cell. */
  readonly most: number;
  /** The bin that Tab leads to, where it is in this row. */
  readonly tabStop: number | null;
  /** What is marked, where it is in this row. */
  readonly span: MapSpan | null;
}

/** Drawn again only where its own mark moves: very many cells stand still under the pointer. */
const RowCells = memo(function RowCells({ map, row, index, most, tabStop, span }: RowCellsProps) {
  return row.counts.map((count, bin) => (
    <td
      // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
      key={bin}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: as above
      role="gridcell"
      className={classes.cell}
      tabIndex={tabStop === bin ? 0 : -1}
      aria-label={`${row.name}, ${describeSpan(map, bin, bin)}: ${formatPlural(count, 'picture')}`}
      aria-selected={span !== null && bin >= span.first && bin <= span.last}
      data-row={index}
      data-bin={bin}
      style={{ '--shade': shadeOf(count, most) } as CSSProperties}
    />
  ));
});

function swatchOf({ subject }: MapRow, colorOf: MapGridProps['colorOf']): string | undefined {
  return subject.kind === 'class' ? colorOf(subject.className) : undefined;
}

/** Undefined where the pointer is on no cell. It is asked of the page: a captured pointer stays with its first cell. */
function cellAt(event: PointerEvent): { row: number; bin: number } | undefined {
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-bin]');
  if (!under || !event.currentTarget.contains(under)) return undefined;
  return { row: Number(under.getAttribute('data-row')), bin: Number(under.getAttribute('data-bin')) };
}

function focusCell(grid: HTMLElement | null, { row, bin }: Marked): void {
  grid?.querySelector<HTMLElement>(`[data-row="${row}"][data-bin="${bin}"]`)?.focus();
}

/** Where a key leads to; with Shift the span grows. Undefined for other keys. */
function moveBy(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  { row, anchor, bin }: Marked,
  size: { readonly rows: number; readonly bins: number },
): Marked | undefined {
  const steps: Readonly<Record<string, readonly [rows: number, bins: number]>> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Home: [0, -bin],
    End: [0, size.bins],
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const next = {
    row: Math.max(0, Math.min(size.rows - 1, row + step[0])),
    bin: Math.max(0, Math.min(size.bins - 1, bin + step[1])),
  };
  return { ...next, anchor: shiftKey && step[0] === 0 ? anchor : next.bin };
}

const mostMarks = 6;

function axisSpan(bins: number): number {
  return Math.max(1, Math.ceil(bins / mostMarks));
}

function axisMarks({ edges, unit, totals }: ImageMap): { bin: number; text: string }[] {
  const every = axisSpan(totals.length);
  return Array.from({ length: Math.ceil(totals.length / every) }, (_, index) => ({
    bin: index * every,
    text: describeMoment(edges[index * every] ?? 0, unit),
  }));
}
