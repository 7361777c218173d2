/** The one thing to do next, from the state of the loop. Pure, so that its order can be read and tested. */
import type { Overview, RegisteredModel, Task } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPlural, formatPoints } from '../../components/formatting.ts';

export interface NextAction {
  /** Stable name for tests and styling. */
  readonly kind:
    | 'import'
    | 'addClasses'
    | 'label'
    | 'createDataset'
    | 'train'
    | 'resume'
    | 'watch'
    | 'deploy'
    | 'promote'
    | 'collect';
  readonly title: string;
  readonly reason: string;
  readonly button: string;
  readonly href: string;
}

export interface LoopState {
  readonly overview: Overview;
  readonly task: Task;
  /** Classes that have at least one picture. */
  readonly usedClasses: number;
  readonly models: readonly RegisteredModel[];
  /** What models are ranked by, of the challenger less that of the champion, where both were measured on the same dataset version. */
  readonly challengerLead: number | null;
  /** The newest run, if it can be resumed. */
  readonly resumableRun: { readonly id: string; readonly name: string } | null;
  /** True where a run has used the newest dataset version. */
  readonly isNewestDatasetTrained: boolean;
}

/** New labels that make a further dataset version worth while: a twentieth of all, and 20 at least. */
export function worthAVersion(labelled: number): number {
  return Math.max(20, Math.ceil(labelled / 20));
}

type Rule = (state: LoopState) => NextAction | null;

/** The first rule that answers wins. */
const rules: readonly Rule[] = [
  importFirst,
  watchTraining,
  labelFirst,
  createFirstDataset,
  judgeChallenger,
  resumeRun,
  trainNewest,
  deployFirst,
  createNextDataset,
  labelRest,
];

/** What to do next; there always is something: the loop goes on with new pictures. */
export function nextAction(state: LoopState): NextAction {
  for (const rule of rules) {
    const action = rule(state);
    if (action !== null) return action;
  }
  return {
    kind: 'collect',
    title: 'Everything is up to date',
    reason:
      'The champion answers. Bring in new pictures, above all those that it finds hard, to make it better.',
    button: 'Import pictures',
    href: '/data',
  };
}

function importFirst({ overview, task }: LoopState): NextAction | null {
  if (overview.images.total > 0) return null;
  return {
    kind: 'import',
    title: 'Import pictures',
    reason:
      task === 'classification'
        ? 'The loop begins with pictures. Drop files or folders anywhere in this window; a folder per class brings its labels along.'
        : 'The loop begins with pictures. Drop files or folders anywhere in this window; label files beside them bring their boxes along.',
    button: 'Import pictures',
    href: '/data',
  };
}

function watchTraining({ overview }: LoopState): NextAction | null {
  const job = overview.training.running;
  if (job === null) return null;
  return {
    kind: 'watch',
    title: 'A model is learning',
    reason: `${job.title}: ${job.progress.message}. There is nothing to do but watch, or go on labelling.`,
    button: 'Watch the curves',
    href: `/training/${encodeURIComponent(job.subject)}`,
  };
}

function labelFirst({ overview, usedClasses, task }: LoopState): NextAction | null {
  const { total, labelled } = overview.images;
  if (labelled === 0) return labelAction(task, total, firstLabelReasons[task]);
  if (usedClasses >= 2 || task === 'detection') return null;
  return {
    kind: 'addClasses',
    title: 'Label pictures of a second class',
    reason: 'All labels are of one class so far. A model needs at least two to tell apart.',
    button: 'Go to the pictures',
    href: '/data',
  };
}

const firstLabelReasons = {
  classification: 'No picture has a label yet. Press a class key and the next one follows.',
  detection: 'No picture has boxes yet. Draw them, finish the picture, and the next one follows.',
} as const satisfies Record<Task, string>;

function createFirstDataset({ overview }: LoopState): NextAction | null {
  if (overview.datasets.versions > 0) return null;
  const { labelled } = overview.images;
  return {
    kind: 'createDataset',
    title: 'Create the first dataset version',
    reason: `${formatPlural(labelled, 'labelled picture')} can be frozen and split into training, validation and test.`,
    button: 'Create dataset version',
    href: '/datasets',
  };
}

function judgeChallenger({ models, challengerLead }: LoopState): NextAction | null {
  const model = models.find(({ challenger, champion }) => challenger !== null && champion !== null);
  if (model === undefined || (challengerLead !== null && challengerLead <= 0)) return null;
  const lead = challengerLead === null ? '' : `: ${formatPoints(challengerLead)}`;
  return {
    kind: 'promote',
    title: `Compare the challenger v${model.challenger} with the champion v${model.champion}${lead}`,
    reason: 'Look at both on the same test pictures, then promote the better one. One press takes it back.',
    button: 'Compare and promote',
    href: `/models/${encodeURIComponent(model.name)}/${model.challenger}`,
  };
}

function resumeRun({ resumableRun }: LoopState): NextAction | null {
  if (resumableRun === null) return null;
  return {
    kind: 'resume',
    title: `Resume ${resumableRun.name}`,
    reason: 'The last run was cut off. It can go on from its checkpoint; nothing that it learned is lost.',
    button: 'Open the run',
    href: `/training/${encodeURIComponent(resumableRun.id)}`,
  };
}

function trainNewest({ overview, isNewestDatasetTrained }: LoopState): NextAction | null {
  const { newest } = overview.datasets;
  if (newest === null || isNewestDatasetTrained) return null;
  return {
    kind: 'train',
    title: `Train on ${newest}`,
    reason: 'No run has used the newest dataset version yet. The defaults are made to work.',
    button: 'Start training',
    href: `/training?dataset=${encodeURIComponent(newest)}`,
  };
}

function deployFirst({ models }: LoopState): NextAction | null {
  const model = models.find(({ champion }) => champion === null);
  if (model === undefined) return null;
  return {
    kind: 'deploy',
    title: `Put ${model.name} v${model.latestVersion} into service`,
    reason: 'A model is ready, and nothing answers predictions yet.',
    button: 'Look and promote',
    href: `/models/${encodeURIComponent(model.name)}/${model.latestVersion}`,
  };
}

function createNextDataset({ overview }: LoopState): NextAction | null {
  const { labelledSince } = overview.datasets;
  if (labelledSince < worthAVersion(overview.images.labelled)) return null;
  return {
    kind: 'createDataset',
    title: `Create a dataset version: ${formatPlural(labelledSince, 'new label')}`,
    reason: 'Enough was labelled since the last version to make another one worth training on.',
    button: 'Create dataset version',
    href: '/datasets',
  };
}

function labelRest({ overview, task }: LoopState): NextAction | null {
  const { total, labelled } = overview.images;
  if (total === labelled) return null;
  return labelAction(task, total - labelled, 'Every label more makes the next model better.');
}

const labelHrefs = {
  classification: '/data?labelled=no',
  detection: '/desk?labelled=no',
} as const satisfies Record<Task, string>;

function labelAction(task: Task, count: number, reason: string): NextAction {
  return {
    kind: 'label',
    title: `Label ${formatPlural(count, 'picture')}`,
    reason,
    button: `Label ${formatCount(count)}`,
    href: labelHrefs[task],
  };
}
