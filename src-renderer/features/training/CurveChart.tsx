/** One chart of a run's metrics, redrawn in place as points arrive. */
import { useMemo } from 'react';
import { type ChartPalette, lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { formatCount, formatPercent, formatValue } from '../../components/formatting.ts';
import { type ChartAxis, type ChartLine, LineChart } from '../../components/LineChart.tsx';
import classes from './CurveChart.module.css';
import type { ChartKind, CurveChart as Curves } from './curves.ts';

const stepAxis: ChartAxis = { title: 'Step', format: formatCount, isWhole: true };

export function CurveChart({ chart }: { readonly chart: Curves }) {
  const palette = useChartPalette();
  const lines = useMemo(() => toLines(chart, palette), [chart, palette]);
  return (
    <figure className={classes.figure} data-testid={`chart-${chart.kind}`}>
      <figcaption className={classes.caption}>
        <h3 className={classes.title}>{chart.title}</h3>
        <Legend chart={chart} palette={palette} />
      </figcaption>
      <div className={classes.canvas}>
        <LineChart summary={summaryOf(chart)} lines={lines} x={stepAxis} y={valueAxes[chart.kind]} />
      </div>
    </figure>
  );
}

function Legend({ chart, palette }: { readonly chart: Curves; readonly palette: ChartPalette }) {
  return (
    <ul className={classes.legend}>
      {chart.curves.map((curve, index) => (
        <li key={curve.key}>
          <span className={classes.line} style={{ background: lineColor(palette, index) }} />
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

function toLines(chart: Curves, palette: ChartPalette): ChartLine[] {
  return chart.curves.map(({ key, label, points }, index) => ({
    key,
    label,
    points,
    color: lineColor(palette, index),
    width: lineWidth(key),
  }));
}

/** Validation is what counts; single batches are noise to look through. */
function lineWidth(key: string): number {
  if (/^batch/i.test(key)) return 0.75;
  return /^train/i.test(key) ? 1.5 : 2.5;
}

/** Shares end at 1 and losses begin at 0; the rest of the range follows the values. */
const valueAxes = {
  score: { max: 1, format: (value) => formatPercent(value, 0), ticks: 6 },
  loss: { min: 0, format: formatValue, ticks: 6 },
  lossPart: { min: 0, format: formatValue, ticks: 6 },
  rate: { format: formatValue, ticks: 6 },
  other: { format: formatValue, ticks: 6 },
} as const satisfies Record<ChartKind, ChartAxis>;
