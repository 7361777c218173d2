/** The live curves of a run. */
import { useQuery } from '@tanstack/react-query';
import { LineChart } from 'lucide-react';
import { useMemo } from 'react';
import type { MetricPoint, Run } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { CurveChart } from './CurveChart.tsx';
import { toCharts } from './curves.ts';
import classes from './RunCurves.module.css';

export function RunCurves({ run }: { readonly run: Run }) {
  const query = useQuery(station.training.listMetrics.queryOptions({ input: { id: run.id } }));
  return (
    <Panel title="Curves">
      <Loaded query={query} height={260}>
        {(points) => <Charts points={points} />}
      </Loaded>
    </Panel>
  );
}

function Charts({ points }: { readonly points: readonly MetricPoint[] }) {
  const charts = useMemo(() => toCharts(points), [points]);
  if (charts.length === 0) {
    return (
      <EmptyState icon={LineChart} title="No points yet">
        The first ones come with the first steps of the run.
      </EmptyState>
    );
  }
  return (
    <div className={classes.charts}>
      {charts.map((chart) => (
        <CurveChart key={chart.kind} chart={chart} />
      ))}
    </div>
  );
}
