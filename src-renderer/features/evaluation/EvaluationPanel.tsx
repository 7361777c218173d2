/** How good one version is on one set of pictures, with every number leading to its pictures. */
import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import {
  type Evaluation,
  type EvaluationId,
  type EvaluationSummary,
  type ModelVersion,
  mainFigureOf,
} from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatPercent } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';
import { Panel } from '../../components/Panel.tsx';
import { modelReference, testSplitOf } from '../registry/model-reference.ts';
import { ClassificationView } from './ClassificationView.tsx';
import { DetectionClassTable } from './DetectionClassTable.tsx';
import { DetectionHeadline } from './DetectionHeadline.tsx';
import classes from './EvaluationPanel.module.css';
import { evaluationHref } from './evaluation-href.ts';

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
        {() => (chosen === undefined ? <NotEvaluated /> : <WholeReport id={chosen.id} />)}
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
  readonly evaluations: readonly EvaluationSummary[];
  readonly value: string | undefined;
  readonly onChange: (id: string | null) => void;
}

function EvaluationSelect({ evaluations, value, onChange }: EvaluationSelectProps) {
  const data = evaluations.map(({ id, dataset, report }) => ({
    value: id,
    label: `${dataset.name} v${dataset.version}, ${dataset.split}: ${formatPercent(mainFigureOf(report).value)}`,
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

function WholeReport({ id }: { readonly id: EvaluationId }) {
  const query = useQuery(station.evaluation.getEvaluation.queryOptions({ input: { id } }));
  return (
    <Loaded query={query} height={360}>
      {(evaluation) => <ReportOf evaluation={evaluation} />}
    </Loaded>
  );
}

function ReportOf({ evaluation }: { readonly evaluation: Evaluation }) {
  const { report } = evaluation;
  if (report.task === 'classification') return <ClassificationView evaluation={evaluation} report={report} />;
  return (
    <div className={classes.stack}>
      <DetectionHeadline evaluation={evaluation} report={report} />
      <div className={classes.table}>
        <DetectionClassTable evaluation={evaluation} report={report} />
      </div>
      <Link href={evaluationHref(evaluation)}>Curves, confusions, errors and their pictures</Link>
    </div>
  );
}
