/** What each event of the station makes stale: a table from event type to router paths, and nothing else. */
import type { Job, JobKind, StationEvent } from '../../src-preload/contract/index.ts';

/** A part of the contract's router, as in `['training', 'listRuns']`; shorter paths stand for all below them. */
export type RouterPath = readonly string[];

const overview: RouterPath = ['system', 'getOverview'];

const effects = {
  'job.updated': [],
  'image.imported': [
    overview,
    ['images'],
    ['collector', 'listImports'],
    ['annotation', 'listClasses'],
    ['annotation', 'listQueues'],
  ],
  'annotation.changed': [
    overview,
    ['images', 'countImages'],
    ['annotation', 'listRevisions'],
    ['annotation', 'listAutoLabels'],
    ['annotation', 'checkQuality'],
    ['annotation', 'listDuplicateGroups'],
    ['annotation', 'listClasses'],
    ['annotation', 'listAnnotators'],
    ['annotation', 'getAgreement'],
    ['annotation', 'listDisagreements'],
    ['annotation', 'listAnsweredPictures'],
    ['annotation', 'previewConsensus'],
    ['annotation', 'listComments'],
    ['annotation', 'listGold'],
    ['annotation', 'listQueues'],
    ['annotation', 'findScore'],
  ],
  'dataset.created': [overview, ['dataset']],
  'run.updated': [overview, ['training', 'listRuns'], ['training', 'getRun'], ['training', 'listMetrics']],
  'model.registered': [
    overview,
    ['registry'],
    ['annotation', 'listQueues'],
    ['training', 'listRuns'],
    ['training', 'getRun'],
  ],
  'evaluation.finished': [overview, ['evaluation'], ['registry']],
  'deployment.changed': [overview, ['deployment'], ['registry'], ['annotation', 'listQueues']],
  'system.changed': [['system']],
} as const satisfies Record<StationEvent['type'], readonly RouterPath[]>;

const jobEndEffects = {
  import: [['images'], ['collector'], ['annotation']],
  train: [['training'], ['registry']],
  evaluate: [['evaluation'], ['registry']],
  export: [['dataset']],
  measure: [
    ['annotation', 'checkQuality'],
    ['annotation', 'listDuplicateGroups'],
    ['annotation', 'listQueues'],
    ['images'],
  ],
  label: [['annotation'], ['images']],
  score: [['annotation'], ['images']],
  diversify: [['annotation', 'listQueues'], ['images']],
} as const satisfies Record<JobKind, readonly RouterPath[]>;

/** The parts of the router whose answers may have changed with `event`. */
export function staleAfter(event: StationEvent): readonly RouterPath[] {
  if (event.type !== 'job.updated') return effects[event.type];
  if (!hasEnded(event.job)) return [overview];
  return [overview, ['jobs', 'listLog'], ...jobEndEffects[event.job.kind]];
}

/** True once a job will not change any more. */
export function hasEnded(job: Job): boolean {
  return job.status !== 'queued' && job.status !== 'running';
}

/** `jobs` with `job` in its place, newest first; unknown jobs come to the front. */
export function withJob(jobs: readonly Job[], job: Job): Job[] {
  const isKnown = jobs.some((known) => known.id === job.id);
  if (!isKnown) return [job, ...jobs];
  return jobs.map((known) => (known.id === job.id ? job : known));
}
