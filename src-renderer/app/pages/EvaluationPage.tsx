/** What models do on pictures that they have not learned from: all evaluations, and one in depth. */
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Gauge, Images } from 'lucide-react';
import { Link } from 'wouter';
import { type Evaluation, evaluationIdSchema } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ClassificationView } from '../../features/evaluation/ClassificationView.tsx';
import { DetectionView } from '../../features/evaluation/DetectionView.tsx';
import { EvaluationTable } from '../../features/evaluation/EvaluationTable.tsx';
import { measuredModel, picturesHref } from '../../features/evaluation/evaluation-href.ts';
import { StartEvaluationDialog } from '../../features/evaluation/StartEvaluationDialog.tsx';
import { RunningJob } from '../../features/job/RunningJob.tsx';
import { useJobs } from '../../features/job/use-jobs.ts';
import layout from './layout.module.css';

export function EvaluationsPage() {
  const query = useQuery(station.evaluation.listEvaluations.queryOptions({ input: {} }));
  const [isStarting, { open, close }] = useDisclosure(false);
  return (
    <>
      <PageHeader
        title="Evaluation"
        description="What models do on pictures that they have not learned from. Every number opens the pictures behind it."
        actions={
          <Button leftSection={<Gauge size={18} aria-hidden />} onClick={open}>
            Measure a model
          </Button>
        }
      />
      <div className={layout.stack}>
        <RunningEvaluations />
        <Loaded query={query} height={360}>
          {(evaluations) => (
            <Panel isFlush={evaluations.length > 0}>
              {evaluations.length === 0 ? <NoEvaluations /> : <EvaluationTable evaluations={evaluations} />}
            </Panel>
          )}
        </Loaded>
      </div>
      <StartEvaluationDialog isOpen={isStarting} onClose={close} />
    </>
  );
}

function RunningEvaluations() {
  const active = useJobs().filter(
    ({ kind, status }) => kind === 'evaluate' && (status === 'running' || status === 'queued'),
  );
  if (active.length === 0) return null;
  return (
    <Panel title="Under way" testId="running-evaluations">
      {active.map((job) => (
        <RunningJob key={job.id} job={job} />
      ))}
    </Panel>
  );
}

function NoEvaluations() {
  return (
    <EmptyState
      icon={Gauge}
      title="Nothing was measured yet"
      action={
        <Button component={Link} href="/training" variant="default">
          Train a model
        </Button>
      }
    >
      Every run measures its model on the test pictures when it ends. Models that came from elsewhere are
      measured with the button above.
    </EmptyState>
  );
}

export function EvaluationPage({ id }: { readonly id: string }) {
  const query = useQuery(
    station.evaluation.getEvaluation.queryOptions({ input: { id: evaluationIdSchema.parse(id) } }),
  );
  return (
    <Loaded query={query} height={600}>
      {(evaluation) => (
        <>
          <PageHeader
            title={measuredModel(evaluation)}
            description={`On ${evaluation.dataset.name} v${evaluation.dataset.version}, ${evaluation.dataset.split}. ${formatDateTime(evaluation.createdAt)}.`}
            actions={<EvaluationActions evaluation={evaluation} />}
          />
          <EvaluationBody evaluation={evaluation} />
        </>
      )}
    </Loaded>
  );
}

function EvaluationActions({ evaluation }: { readonly evaluation: Evaluation }) {
  return (
    <>
      <Button
        component={Link}
        href="/evaluation"
        variant="subtle"
        color="gray"
        leftSection={<ArrowLeft size={17} aria-hidden />}
      >
        All evaluations
      </Button>
      {evaluation.report.task === 'detection' && (
        <Button
          component={Link}
          href={picturesHref(evaluation)}
          leftSection={<Images size={18} aria-hidden />}
        >
          Look at pictures
        </Button>
      )}
    </>
  );
}

function EvaluationBody({ evaluation }: { readonly evaluation: Evaluation }) {
  const { report } = evaluation;
  if (report.task === 'detection') return <DetectionView evaluation={evaluation} report={report} />;
  return (
    <Panel>
      <ClassificationView evaluation={evaluation} report={report} />
    </Panel>
  );
}
