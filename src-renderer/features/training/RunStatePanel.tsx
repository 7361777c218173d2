/** How a run stands: progress and time left while it goes on, the result or the reason after. */
import { Progress } from '@mantine/core';
import { Link } from 'wouter';
import type { Run } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatDuration, formatPercent, formatTimeLeft } from '../../components/formatting.ts';
import { Notice, type NoticeTone } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { StatusChip } from '../../components/StatusChip.tsx';
import { useNow } from '../../components/use-now.ts';
import classes from './RunStatePanel.module.css';
import { isActive, scoreOf } from './run-facts.ts';

export function RunStatePanel({ run }: { readonly run: Run }) {
  const now = useNow(1_000);
  const score = scoreOf(run);
  return (
    <Panel testId="run-state">
      <div className={classes.stack}>
        {isActive(run) && <RunProgress run={run} />}
        <Figures>
          <Figure label="State" value={<StatusChip status={run.status} />} />
          <Figure
            label={score?.label ?? 'Score'}
            value={formatPercent(score?.value)}
            note={score === undefined ? undefined : partNotes[score.isOfTest ? 'test' : 'val']}
          />
          <Figure label="Time" value={elapsed(run, now)} />
          <Figure
            label="Checkpoint"
            value={describeCheckpoint(run.checkpointEpoch)}
            note={run.isResumable ? 'The run can go on from here' : undefined}
          />
          <Figure label="Result" value={<RunResult run={run} />} />
        </Figures>
        {run.reason !== null && !isActive(run) && (
          <Notice tone={toneOf[run.status]} title={headingOf[run.status]}>
            {run.reason}
          </Notice>
        )}
      </div>
    </Panel>
  );
}

/** @param epochs whole ones in it */
function describeCheckpoint(epochs: number | null): string {
  if (epochs === null) return 'None yet';
  return epochs === 0 ? 'In epoch 1' : `Epoch ${epochs}`;
}

function RunProgress({ run }: { readonly run: Run }) {
  const progress = run.job?.progress;
  return (
    <div className={classes.progress}>
      <div className={classes.progressText}>
        <strong>
          {run.status === 'queued' ? 'Waiting for its turn' : (progress?.message ?? 'Starting')}
        </strong>
        {run.status === 'running' && <span>{formatTimeLeft(progress?.remainingMs ?? null)}</span>}
      </div>
      <Progress size="lg" value={(progress?.fraction ?? 0) * 100} aria-label={`Progress of ${run.name}`} />
    </div>
  );
}

function RunResult({ run }: { readonly run: Run }) {
  if (run.modelVersion === null) return <>{isActive(run) ? 'Under way' : 'None'}</>;
  return (
    <Link href={`/models/${encodeURIComponent(run.modelName)}/${run.modelVersion}`} data-testid="run-result">
      {run.modelName} v{run.modelVersion}
    </Link>
  );
}

const partNotes = { test: 'On the test pictures', val: 'On the validation pictures' } as const;

function elapsed(run: Run, now: number): string {
  if (run.startedAt === null) return 'Not started';
  return formatDuration((run.endedAt ?? now) - run.startedAt);
}

const toneOf = {
  queued: 'info',
  running: 'info',
  completed: 'good',
  stopped: 'good',
  cancelled: 'info',
  diverged: 'warn',
  failed: 'bad',
  crashed: 'bad',
} as const satisfies Record<Run['status'], NoticeTone>;

const headingOf = {
  queued: 'Queued',
  running: 'Running',
  completed: 'The run is complete',
  stopped: 'The run stopped early',
  cancelled: 'The run was cancelled',
  diverged: 'The run diverged',
  failed: 'The run failed',
  crashed: 'The process of the run died',
} as const satisfies Record<Run['status'], string>;
