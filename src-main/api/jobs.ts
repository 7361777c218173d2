/** Calls about long work. */
import type { JobQueue } from '../jobs/queue.ts';
import type { Store } from '../store/store.ts';
import type { Implementer } from './implementer.ts';

export interface JobsServices {
  readonly store: Pick<Store, 'jobs'>;
  readonly queue: Pick<JobQueue, 'cancel'>;
}

export function createJobsApi({ jobs: api }: Implementer, { store, queue }: JobsServices) {
  return {
    listJobs: api.listJobs.handler(({ input }) => store.jobs.list(input)),
    getJob: api.getJob.handler(({ input }) => store.jobs.get(input.id)),
    listLog: api.listLog.handler(({ input }) => store.jobs.listLog(input.id)),
    cancelJob: api.cancelJob.handler(({ input }) => queue.cancel(input.id)),
  };
}
