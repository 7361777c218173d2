/** One metric of the ticked runs as curves on top of one another. */
import { SegmentedControl, Select } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { LineChart as LineChartIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Run } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatDuration, formatPercent, formatValue } from '../../components/formatting.ts';
import { type ChartAxis, LineChart } from '../../components/LineChart.tsx';
import { Panel } from '../../components/Panel.tsx';
import { kindOf, metricLabel } from '../training/curves.ts';
import { runHref } from '../training/run-facts.ts';
import classes from './OverlayPanel.module.css';
import { type OverlayAxis, type OverlayCurve, overlayCurves, overlayMetrics } from './overlay.ts';
import { runLabel } from './run-columns.ts';

const axes = {
  epoch: { title: 'Epoch', format: formatValue, isWhole: true },
  step: { title: 'Step', format: formatCount, isWhole: true },
  time: { title: 'Time', format: (seconds: number) => formatDuration(seconds * 1000) },
} as const satisfies Record<OverlayAxis, ChartAxis>;

export function OverlayPanel({ runs }: { readonly runs: readonly Run[] }) {
  const runPoints = useRunPoints(runs);
  const metrics = useMemo(() => overlayMetrics(runPoints), [runPoints]);
  const [wanted, setWanted] = useState<string | null>(null);
  const [axis, setAxis] = useState<OverlayAxis>('epoch');
  const metric = metrics.find((key) => key === wanted) ?? metrics[0];
  const curves = metric === undefined ? [] : overlayCurves(runPoints, metric, axis);
  return (
    <Panel
      title="Learning curves"
      testId="overlay"
      actions={
        <>
          <Select
            w={230}
            aria-label="Metric"
            data={metrics.map((key) => ({ value: key, label: metricLabel(key) }))}
            value={metric ?? null}
            onChange={setWanted}
          />
          <SegmentedControl
            aria-label="Axis"
            size="md"
            value={axis}
            onChange={(value) => setAxis(value as OverlayAxis)}
            data={Object.entries(axes).map(([value, { title }]) => ({ value, label: title }))}
          />
        </>
      }
    >
      {metric === undefined ? (
        <EmptyState icon={LineChartIcon} title="No curves yet">
          The ticked runs have not written a metric more than once.
        </EmptyState>
      ) : (
        <Overlay runs={runs} metric={metric} axis={axis} curves={curves} />
      )}
    </Panel>
  );
}

interface OverlayProps {
  readonly runs: readonly Run[];
  readonly metric: string;
  readonly axis: OverlayAxis;
  readonly curves: readonly OverlayCurve[];
}

function Overlay({ runs, metric, axis, curves }: OverlayProps) {
  const palette = useChartPalette();
  const isScore = kindOf(metric) === 'score';
  const format = isScore ? (value: number) => formatPercent(value, 0) : formatValue;
  const colorOf = (run: Run): string => lineColor(palette, runs.indexOf(run));
  const lines = curves.map(({ run, points }) => ({
    key: run.id,
    label: runLabel(run, runs),
    color: colorOf(run),
    points,
    width: 2,
  }));
  const summary = curves
    .map(({ run, points }) => `${runLabel(run, runs)} ${format(points.at(-1)?.y ?? 0)}`)
    .join(', ');
  return (
    <>
      <ul className={classes.legend}>
        {curves.map(({ run, points }) => (
          <li key={run.id}>
            <span className={classes.line} style={{ background: colorOf(run) }} />
            <Link href={runHref(run)}>{runLabel(run, runs)}</Link>
            <strong>{format(points.at(-1)?.y ?? 0)}</strong>
          </li>
        ))}
      </ul>
      <div className={classes.canvas}>
        <LineChart
          summary={`${metricLabel(metric)} at the end: ${summary}`}
          lines={lines}
          x={axes[axis]}
          y={{ format, ticks: 6, ...(isScore ? { max: 1 } : {}) }}
        />
      </div>
    </>
  );
}

function useRunPoints(runs: readonly Run[]) {
  const queries = useQueries({
    queries: runs.map(({ id }) => station.training.listMetrics.queryOptions({ input: { id } })),
  });
  return runs.flatMap((run, index) => {
    const points = queries[index]?.data;
    return points === undefined ? [] : [{ run, points }];
  });
}
