/** How good one version is on one set of pictures, with every number leading to its pictures. */
import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Gauge } from 'lucide-react';
import { useState } from 'react';
import type { Evaluation, ModelVersion } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatLatency, formatPercent } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';
import { modelReference, testSplitOf } from '../registry/model-reference.ts';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import classes from './EvaluationPanel.module.css';
import { PerClassTable } from './PerClassTable.tsx';

export function EvaluationPanel({ version }: { readonly version: ModelVersion }) {
  const query = useQuery(
    station.evaluation.listEvaluations.queryOptions({
      input: { modelName: version.name, modelVersion: version.version },
    }),
  );
  const [chosenId, setChosenId] = useState<string | null>(null);
  const chosen = query.data?.find(({ id }) => id === chosenId) ?? query.data?.[0];
  return (
    <Panel
      title="Evaluation"
      note={chosen === undefined ? undefined : `Measured on ${chosen.report.provider}`}
      actions={
        <>
          {query.data !== undefined && query.data.length > 1 && (
            <EvaluationSelect evaluations={query.data} value={chosen?.id} onChange={setChosenId} />
          )}
          <EvaluateButton version={version} />
        </>
      }
      testId="evaluation"
    >
      <Loaded query={query} height={360}>
        {() => (chosen === undefined ? <NotEvaluated /> : <EvaluationReport evaluation={chosen} />)}
      </Loaded>
    </Panel>
  );
}

function NotEvaluated() {
  return (
    <EmptyState icon={Gauge} title="Not evaluated yet">
      A version is measured on test pictures that it has not learned from. Evaluate it to see where it is
      right and where it errs.
    </EmptyState>
  );
}

interface EvaluationSelectProps {
  readonly evaluations: readonly Evaluation[];
  readonly value: string | undefined;
  readonly onChange: (id: string | null) => void;
}

function EvaluationSelect({ evaluations, value, onChange }: EvaluationSelectProps) {
  const data = evaluations.map(({ id, dataset, report }) => ({
    value: id,
    label: `${dataset.name} v${dataset.version}, ${dataset.split}: ${formatPercent(report.accuracy)}`,
  }));
  return <Select w={260} aria-label="Evaluation" data={data} value={value ?? null} onChange={onChange} />;
}

function EvaluateButton({ version }: { readonly version: ModelVersion }) {
  const datasets = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const start = useMutation(
    station.evaluation.startEvaluation.mutationOptions({
      onSuccess: () => notifyDone('The evaluation is queued', 'The tray shows how far it is.'),
      onError: (error) => notifyFailure('The evaluation was not started', error),
    }),
  );
  const newest = datasets.data?.[0];
  const dataset = newest === undefined ? testSplitOf(version) : `${newest.name}@${newest.version}/test`;
  if (dataset === undefined) return null;
  return (
    <Button
      variant="default"
      leftSection={<Gauge size={17} aria-hidden />}
      loading={start.isPending}
      onClick={() => start.mutate({ model: modelReference(version), dataset })}
    >
      Evaluate on {dataset}
    </Button>
  );
}

function EvaluationReport({ evaluation }: { readonly evaluation: Evaluation }) {
  const { report, dataset } = evaluation;
  const [low, high] = report.accuracyInterval;
  return (
    <div className={classes.stack}>
      <Figures>
        <Figure
          size="lg"
          label="Accuracy"
          value={formatPercent(report.accuracy)}
          note={`95 % sure: ${formatPercent(low)} to ${formatPercent(high)}`}
        />
        <Figure size="lg" label="F1, mean of classes" value={formatPercent(report.f1)} />
        <Figure label="Log loss" value={report.logLoss.toFixed(3)} />
        <Figure
          label="Latency, median"
          value={formatLatency(report.latencyMs.p50)}
          note={`95 %: ${formatLatency(report.latencyMs.p95)}, 99 %: ${formatLatency(report.latencyMs.p99)}`}
        />
        <Figure
          label="Test pictures"
          value={formatCount(report.count)}
          note={`${dataset.name} v${dataset.version}, ${dataset.split}`}
        />
      </Figures>
      <div className={classes.columns}>
        <div className={classes.wide}>
          <h3 className={classes.heading}>Confusion matrix</h3>
          <p className={classes.hint}>Press a cell to see its pictures.</p>
          <ConfusionMatrix evaluation={evaluation} />
        </div>
        <div className={classes.wide}>
          <h3 className={classes.heading}>Classes, weakest first</h3>
          <div className={classes.table}>
            <PerClassTable evaluation={evaluation} />
          </div>
        </div>
      </div>
    </div>
  );
}
