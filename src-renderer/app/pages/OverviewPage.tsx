/** The loop at a glance: what to do next, how each stage stands, what happened last. */
import { useQuery } from '@tanstack/react-query';
import { station } from '../../client/station.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { useJobs } from '../../features/job/use-jobs.ts';
import { LoopPicture } from '../../features/overview/LoopPicture.tsx';
import { NextStep } from '../../features/overview/NextStep.tsx';
import { RecentDeployments, RecentWork } from '../../features/overview/RecentWork.tsx';
import { useOverview } from '../../features/overview/use-loop-state.ts';
import layout from './layout.module.css';

export function OverviewPage() {
  const overview = useOverview();
  const settings = useQuery(station.system.getSettings.queryOptions());
  const jobs = useJobs();
  return (
    <>
      <PageHeader title={settings.data?.stationName ?? 'Overview'} />
      <Loaded query={overview} height={480}>
        {(answer) => (
          <div className={layout.stack}>
            <NextStep overview={answer} />
            <LoopPicture overview={answer} jobs={jobs} />
            <div className={layout.twoColumns}>
              <RecentWork jobs={jobs} />
              <RecentDeployments />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}
