/** The stages of the loop as Overview draws them: name, number, detail, and where they lead. */
import {
  BrainCircuit,
  Gauge,
  Images,
  Layers,
  type LucideIcon,
  PackageCheck,
  Rocket,
  Tags,
} from 'lucide-react';
import type { Job, Overview } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPercent, formatPlural } from '../../components/formatting.ts';

export type StageName = 'collect' | 'label' | 'version' | 'train' | 'evaluate' | 'register' | 'deploy';

export interface Stage {
  readonly name: StageName;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly figure: string;
  readonly detail: string;
  readonly href: string;
  /** Share of the stage that is done, 0 to 1; null where there is no such thing. */
  readonly share: number | null;
  /** The job that runs in this stage now. */
  readonly job: Job | null;
  /** False for stages that nothing has reached yet. */
  readonly isReached: boolean;
}

const jobStage = {
  import: 'collect',
  train: 'train',
  evaluate: 'evaluate',
  export: 'version',
  label: 'label',
  score: 'label',
  diversify: 'label',
  measure: 'collect',
} as const satisfies Record<Job['kind'], StageName>;

/** The stages in the order of the loop. */
export function stagesOf(overview: Overview, jobs: readonly Job[]): Stage[] {
  const running = jobs.filter(({ status }) => status === 'running');
  const jobOf = (name: StageName): Job | null => running.find(({ kind }) => jobStage[kind] === name) ?? null;
  return [
    collect(overview),
    label(overview),
    version(overview),
    train(overview),
    evaluate(overview),
    register(overview),
    deploy(overview),
  ].map((stage) => ({ ...stage, job: jobOf(stage.name) }));
}

type StageFacts = Omit<Stage, 'job'>;

function collect({ images }: Overview): StageFacts {
  return {
    name: 'collect',
    title: 'Collect',
    icon: Images,
    figure: formatCount(images.total),
    detail: images.total === 1 ? 'picture' : 'pictures',
    href: '/data',
    share: null,
    isReached: images.total > 0,
  };
}

function label({ images }: Overview): StageFacts {
  const share = images.total === 0 ? 0 : images.labelled / images.total;
  const left = images.total - images.labelled;
  return {
    name: 'label',
    title: 'Label',
    icon: Tags,
    figure: images.total === 0 ? '0 %' : formatPercent(share, share > 0.995 && left > 0 ? 1 : 0),
    detail: left === 0 && images.total > 0 ? 'all labelled' : `${formatCount(left)} to do`,
    href: left > 0 ? '/data?labelled=no' : '/data',
    share,
    isReached: images.labelled > 0,
  };
}

function version({ datasets }: Overview): StageFacts {
  const detail = datasets.newest === null ? 'dataset versions' : datasets.newest;
  return {
    name: 'version',
    title: 'Version',
    icon: Layers,
    figure: formatCount(datasets.versions),
    detail:
      datasets.labelledSince > 0 && datasets.versions > 0
        ? `${detail}, ${formatPlural(datasets.labelledSince, 'new label')}`
        : detail,
    href: '/datasets',
    share: null,
    isReached: datasets.versions > 0,
  };
}

function train({ training }: Overview): StageFacts {
  return {
    name: 'train',
    title: 'Train',
    icon: BrainCircuit,
    figure: formatCount(training.runs),
    detail:
      training.lastStatus === null
        ? 'runs'
        : `${training.runs === 1 ? 'run' : 'runs'}, last ${training.lastStatus}`,
    href: '/training',
    share: null,
    isReached: training.runs > 0,
  };
}

function evaluate({ evaluation }: Overview): StageFacts {
  return {
    name: 'evaluate',
    title: 'Evaluate',
    icon: Gauge,
    figure: evaluation.lastAccuracy === null ? '–' : formatPercent(evaluation.lastAccuracy),
    detail: evaluation.lastModel ?? 'of the test pictures',
    href: '/evaluation',
    share: evaluation.lastAccuracy,
    isReached: evaluation.evaluations > 0,
  };
}

function register({ registry }: Overview): StageFacts {
  return {
    name: 'register',
    title: 'Register',
    icon: PackageCheck,
    figure: formatCount(registry.versions),
    detail:
      registry.models > 1
        ? `versions of ${registry.models} models`
        : registry.versions === 1
          ? 'model version'
          : 'model versions',
    href: '/models',
    share: null,
    isReached: registry.versions > 0,
  };
}

function deploy({ deployment }: Overview): StageFacts {
  const isLive = deployment.version !== null;
  return {
    name: 'deploy',
    title: 'Deploy',
    icon: Rocket,
    figure: isLive ? `v${deployment.version}` : '–',
    detail: isLive ? `champion, ${formatPercent(deployment.accuracy)}` : 'no champion yet',
    href: '/models',
    share: null,
    isReached: isLive,
  };
}
