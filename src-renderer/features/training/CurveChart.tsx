/** One chart of a run's metrics, redrawn in place as points arrive. */
import { useComputedColorScheme } from '@mantine/core';
import {
  Chart,
  type ChartData,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';
import { useMemo } from 'react';
import { Line } from 'react-chartjs-2';
import { formatPercent, formatValue } from '../../components/formatting.ts';
import classes from './CurveChart.module.css';
import type { CurveChart as Curves } from './curves.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

const palettes = {
  light: { lines: ['#2f7a50', '#c07a12', '#5f9bc3', '#b8412e', '#67625a'], grid: '#e8e5de', ink: '#67625a' },
  dark: { lines: ['#7cc596', '#e7bc5c', '#7fb5da', '#e38a78', '#a9a79f'], grid: '#323631', ink: '#a9a79f' },
} as const;

type Palette = (typeof palettes)['light' | 'dark'];

export function CurveChart({ chart }: { readonly chart: Curves }) {
  const palette: Palette = palettes[useComputedColorScheme('light')];
  const data = useMemo(() => toData(chart, palette), [chart, palette]);
  const options = useMemo(() => toOptions(chart.kind, palette), [chart.kind, palette]);
  return (
    <figure className={classes.figure} data-testid={`chart-${chart.kind}`}>
      <figcaption className={classes.caption}>
        <h3 className={classes.title}>{chart.title}</h3>
        <Legend chart={chart} palette={palette} />
      </figcaption>
      <div className={classes.canvas}>
        <Line data={data} options={options} role="img" aria-label={summaryOf(chart)} />
      </div>
    </figure>
  );
}

function Legend({ chart, palette }: { readonly chart: Curves; readonly palette: Palette }) {
  return (
    <ul className={classes.legend}>
      {chart.curves.map((curve, index) => (
        <li key={curve.key}>
          <span className={classes.line} style={{ background: colorAt(palette, index) }} />
          {curve.label}
          <strong>{lastValue(chart, index)}</strong>
        </li>
      ))}
    </ul>
  );
}

function lastValue(chart: Curves, index: number): string {
  const last = chart.curves[index]?.points.at(-1)?.y;
  if (last === undefined) return '';
  return chart.kind === 'score' ? formatPercent(last) : formatValue(last);
}

function summaryOf(chart: Curves): string {
  const parts = chart.curves.map((curve, index) => `${curve.label} ${lastValue(chart, index)}`);
  return `${chart.title}: ${parts.join(', ')}`;
}

function colorAt(palette: Palette, index: number): string {
  return palette.lines[index % palette.lines.length] ?? palette.ink;
}

function toData(chart: Curves, palette: Palette): ChartData<'line', { x: number; y: number }[]> {
  return {
    datasets: chart.curves.map((curve, index) => ({
      label: curve.label,
      data: curve.points.map(({ x, y }) => ({ x, y })),
      borderColor: colorAt(palette, index),
      backgroundColor: colorAt(palette, index),
      borderWidth: lineWidth(curve.key),
      pointRadius: curve.points.length === 1 ? 3 : 0,
      pointHoverRadius: 4,
      tension: 0,
    })),
  };
}

/** Validation is what counts; single batches are noise to look through. */
function lineWidth(key: string): number {
  if (/^batch/i.test(key)) return 0.75;
  return /^train/i.test(key) ? 1.5 : 2.5;
}

function toOptions(kind: Curves['kind'], palette: Palette): ChartOptions<'line'> {
  const ticks = { color: palette.ink, font: { size: 11 } };
  const isScore = kind === 'score';
  return {
    animation: false,
    parsing: false,
    normalized: true,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    plugins: {
      tooltip: {
        callbacks: {
          title: ([item]) => (item === undefined ? '' : `Step ${item.parsed.x}`),
          label: ({ dataset, parsed }) =>
            `${dataset.label}: ${isScore ? formatPercent(parsed.y) : formatValue(parsed.y ?? 0)}`,
        },
      },
    },
    scales: {
      x: {
        type: 'linear',
        grid: { display: false },
        border: { color: palette.grid },
        ticks: { ...ticks, precision: 0, maxTicksLimit: 8 },
      },
      y: {
        type: 'linear',
        grid: { color: palette.grid },
        border: { display: false },
        ...(isScore ? { max: 1 } : {}),
        ...(kind === 'loss' ? { beginAtZero: true } : {}),
        ticks: {
          ...ticks,
          maxTicksLimit: 6,
          callback: (value) =>
            isScore ? `${Math.round(Number(value) * 100)} %` : formatValue(Number(value)),
        },
      },
    },
  };
}
