/** Lines over one numeric axis: the one chart behind learning curves and curves over a threshold. */
import {
  Chart,
  type ChartData,
  type ChartOptions,
  type ChartType,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  type ScaleOptionsByType,
  Tooltip,
} from 'chart.js';
import { useMemo } from 'react';
import { Line as DrawnLines } from 'react-chartjs-2';
import { type ChartPalette, useChartPalette } from './chart-palette.ts';

export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  /** Sorted by x; the line breaks where y is null. */
  readonly points: ReadonlyArray<{ readonly x: number; readonly y: number | null }>;
  /** Pixels. */
  readonly width: number;
}

export interface ChartAxis {
  readonly title?: string;
  readonly min?: number;
  readonly max?: number;
  readonly format: (value: number) => string;
  /** True where there is nothing between two whole numbers. */
  readonly isWhole?: boolean;
  /** Most marks along the axis. */
  readonly ticks?: number;
}

interface LineChartProps {
  /** What the chart says, for those who do not see it. */
  readonly summary: string;
  readonly lines: readonly ChartLine[];
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** Where an upright mark stands. */
  readonly markX?: number | null | undefined;
}

export function LineChart({ summary, lines, x, y, markX = null }: LineChartProps) {
  const palette = useChartPalette();
  const data = useMemo(() => toChartData(lines), [lines]);
  const options = useMemo(() => toOptions(x, y, markX, palette), [x, y, markX, palette]);
  return <DrawnLines data={data} options={options} role="img" aria-label={summary} />;
}

interface MarkOptions {
  readonly x: number | null;
  readonly color: string;
}

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends ChartType> {
    mark?: MarkOptions;
  }
}

const markPlugin: Plugin<'line', MarkOptions> = {
  id: 'mark',
  afterDatasetsDraw({ ctx, chartArea, scales }, _args, { x, color }) {
    const at = x === null ? undefined : scales.x?.getPixelForValue(x);
    if (at === undefined) return;
    ctx.save();
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.5;
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(at, chartArea.top);
    ctx.lineTo(at, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },
};

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip, markPlugin);

function toChartData(lines: readonly ChartLine[]): ChartData<'line', { x: number; y: number }[]> {
  return {
    datasets: lines.map(({ label, color, points, width }) => ({
      label,
      data: points.map(({ x, y }) => ({ x, y: y ?? Number.NaN })),
      borderColor: color,
      backgroundColor: color,
      borderWidth: width,
      pointRadius: points.length === 1 ? 3 : 0,
      pointHoverRadius: 4,
      tension: 0,
    })),
  };
}

function toOptions(
  x: ChartAxis,
  y: ChartAxis,
  markX: number | null,
  palette: ChartPalette,
): ChartOptions<'line'> {
  return {
    animation: false,
    parsing: false,
    normalized: true,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    plugins: {
      mark: { x: markX, color: palette.mark },
      tooltip: {
        callbacks: {
          title: ([item]) => (item === undefined ? '' : `${x.title ?? ''} ${x.format(item.parsed.x ?? 0)}`),
          label: ({ dataset, parsed }) => `${dataset.label}: ${y.format(parsed.y ?? 0)}`,
        },
      },
    },
    scales: {
      x: { ...toScale(x, palette), grid: { display: false }, border: { color: palette.grid } },
      y: { ...toScale(y, palette), grid: { color: palette.grid }, border: { display: false } },
    },
  };
}

function toScale({ title, min, max, format, isWhole = false, ticks = 8 }: ChartAxis, { ink }: ChartPalette) {
  return {
    type: 'linear' as const,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    title: { display: title !== undefined, text: title ?? '', color: ink, font: { size: 11 } },
    ticks: {
      color: ink,
      font: { size: 11 },
      maxTicksLimit: ticks,
      ...(isWhole ? { precision: 0 } : {}),
      callback: (value: number | string) => format(Number(value)),
    },
  } satisfies Partial<Record<keyof ScaleOptionsByType<'linear'> | 'type', unknown>>;
}
