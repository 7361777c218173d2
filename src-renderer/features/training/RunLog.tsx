/** What the run's job wrote down, newest at the end and in view. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { JobLogLine, Run } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatClock } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './RunLog.module.css';
import { isActive } from './run-facts.ts';

export function RunLog({ run }: { readonly run: Run }) {
  return (
    <Panel title="Log">
      {run.job === null ? 'The log of this run is gone.' : <JobLog run={run} jobId={run.job.id} />}
    </Panel>
  );
}

function JobLog({ run, jobId }: { readonly run: Run; readonly jobId: NonNullable<Run['job']>['id'] }) {
  const query = useQuery({
    ...station.jobs.listLog.queryOptions({ input: { id: jobId } }),
    refetchInterval: isActive(run) ? 4_000 : false,
  });
  return (
    <Loaded query={query} height={160}>
      {(lines) => <LogLines lines={lines} />}
    </Loaded>
  );
}

function LogLines({ lines }: { readonly lines: readonly JobLogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const count = lines.length;
  useEffect(() => {
    if (count > 0) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count]);
  if (count === 0) return <>Nothing was written down.</>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div ref={box} className={classes.log} role="log" aria-label="Log of the run" tabIndex={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever appended
        <div key={index} className={classes.line} data-level={line.level}>
          <span className={classes.time}>{formatClock(line.at)}</span>
          <span>{line.message}</span>
        </div>
      ))}
    </div>
  );
}
