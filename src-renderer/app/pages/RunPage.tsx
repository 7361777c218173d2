/** One run: how it stands, its curves, and all that is needed to repeat it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type Run, runIdSchema } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { RunActions } from '../../features/training/RunActions.tsx';
import { RunCurves } from '../../features/training/RunCurves.tsx';
import { RunLog } from '../../features/training/RunLog.tsx';
import { RunMetrics } from '../../features/training/RunMetrics.tsx';
import { RunParameters } from '../../features/training/RunParameters.tsx';
import { RunStatePanel } from '../../features/training/RunStatePanel.tsx';
import layout from './layout.module.css';

export function RunPage({ id }: { readonly id: string }) {
  const query = useQuery(
    station.training.getRun.queryOptions({ input: { id: runIdSchema.parse(decodeURIComponent(id)) } }),
  );
  return (
    <Loaded query={query} height={480}>
      {(run) => <RunDetail run={run} />}
    </Loaded>
  );
}

function RunDetail({ run }: { readonly run: Run }) {
  return (
    <>
      <PageHeader
        title={run.name}
        description={
          <>
            <Link href="/training">Training</Link> · experiment {run.experiment} · dataset{' '}
            <Link href={`/datasets/${encodeURIComponent(run.dataset.name)}/${run.dataset.version}`}>
              {run.dataset.name} v{run.dataset.version}
            </Link>
          </>
        }
        actions={<RunActions run={run} />}
      />
      <div className={layout.stack}>
        <RunStatePanel run={run} />
        <RunCurves run={run} />
        <div className={layout.twoColumns}>
          <div className={layout.stack}>
            <RunLog run={run} />
            <RunMetrics run={run} />
          </div>
          <RunParameters run={run} />
        </div>
      </div>
    </>
  );
}
