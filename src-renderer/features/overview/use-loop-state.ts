/** All that Overview shows, read together. */
import { useQuery } from '@tanstack/react-query';
import type { ModelVersion, Overview, RegisteredModel, Run } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import type { LoopState } from './next-action.ts';

export function useOverview() {
  return useQuery({ ...station.system.getOverview.queryOptions(), refetchInterval: 10_000 });
}

/** The state that the next step is derived from, undefined until all of it is known. */
export function useLoopState(overview: Overview): LoopState | undefined {
  const counts = useQuery(station.images.countImages.queryOptions()).data;
  const models = useQuery(station.registry.listModels.queryOptions()).data;
  const versions = useQuery(station.registry.listVersions.queryOptions({ input: {} })).data;
  const runs = useQuery(station.training.listRuns.queryOptions({ input: { limit: 50 } })).data;
  const task = useQuery(station.system.getSettings.queryOptions()).data?.task;
  if (counts === undefined || models === undefined || versions === undefined) return undefined;
  if (runs === undefined || task === undefined) return undefined;
  return {
    overview,
    task,
    models,
    usedClasses: counts.byClass.filter(({ count }) => count > 0).length,
    challengerLead: challengerLead(models, versions),
    resumableRun: resumable(runs),
    isNewestDatasetTrained: runs.some((run) => isOf(run, overview.datasets.newest)),
  };
}

function resumable(runs: readonly Run[]): LoopState['resumableRun'] {
  const [newest] = runs;
  const wasCutOff = newest?.status === 'crashed' || newest?.status === 'failed';
  return newest?.isResumable && wasCutOff ? { id: newest.id, name: newest.name } : null;
}

/** `newest` is told as `NAME@2` or `NAME`. */
function isOf({ dataset, status }: Run, newest: string | null): boolean {
  if (status === 'cancelled' || status === 'failed') return false;
  return newest === `${dataset.name}@${dataset.version}` || newest === dataset.name;
}

/** What models are ranked by: accuracy, or the mean average precision of a detector. */
function scoreOf(version: ModelVersion | undefined): number | undefined {
  return version?.metrics.accuracy ?? version?.metrics.map50;
}

function challengerLead(
  models: readonly RegisteredModel[],
  versions: readonly ModelVersion[],
): number | null {
  const model = models.find(({ challenger, champion }) => challenger !== null && champion !== null);
  const find = (version: number | null | undefined): ModelVersion | undefined =>
    versions.find((one) => one.name === model?.name && one.version === version);
  const champion = find(model?.champion);
  const challenger = find(model?.challenger);
  const isSameTest =
    champion?.dataset?.name === challenger?.dataset?.name &&
    champion?.dataset?.version === challenger?.dataset?.version;
  const before = scoreOf(champion);
  const after = scoreOf(challenger);
  return isSameTest && before !== undefined && after !== undefined ? after - before : null;
}
