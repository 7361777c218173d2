/** The live state of each stage of the loop, gathered for one page. */
import { mainFigureOf } from '../../src-preload/contract/evaluation.ts';
import { formatDatasetReference } from '../../src-preload/contract/reference.ts';
import type { Overview } from '../../src-preload/contract/system.ts';
import type { Deployment } from '../loop/deployment/deployment.ts';
import type { Registry } from '../loop/registry/registry.ts';
import type { Store } from '../store/store.ts';

export interface OverviewServices {
  readonly store: Pick<Store, 'jobs' | 'runs' | 'evaluations'>;
  readonly images: { readOverview(): Overview['images'] };
  readonly datasets: { readOverview(): Overview['datasets'] };
  readonly registry: Registry;
  readonly deployment: Deployment;
}

export function readOverview(services: OverviewServices): Overview {
  const { store, registry } = services;
  return {
    images: services.images.readOverview(),
    datasets: services.datasets.readOverview(),
    training: readTraining(store),
    evaluation: readEvaluation(store),
    registry: { models: registry.listModels().length, versions: registry.listVersions().length },
    deployment: readDeployment(services),
  };
}

function readTraining({ jobs, runs }: OverviewServices['store']): Overview['training'] {
  const running = jobs.list({ status: 'running', limit: 100 }).find(({ kind }) => kind === 'train');
  return { running: running ?? null, runs: runs.count(), lastStatus: runs.list(1)[0]?.status ?? null };
}

function readEvaluation({ evaluations }: OverviewServices['store']): Overview['evaluation'] {
  const [last] = evaluations.listSummaries({ limit: 1 });
  return {
    evaluations: evaluations.count(),
    lastAccuracy: last ? mainFigureOf(last.report).value : null,
    lastModel: last ? `${last.model} on ${formatDatasetReference(last.dataset)}` : null,
  };
}

/** Of the model that answers most. */
function readDeployment({ deployment, registry }: OverviewServices): Overview['deployment'] {
  const serving = deployment.listServing().sort((a, b) => b.requests - a.requests)[0];
  if (!serving) return { model: null, version: null, accuracy: null, requests: 0 };
  const { model, version, requests } = serving;
  const metrics = version === null ? undefined : registry.getVersion(`${model}/${version}`).metrics;
  return { model, version, requests, accuracy: metrics?.accuracy ?? metrics?.map50 ?? null };
}
