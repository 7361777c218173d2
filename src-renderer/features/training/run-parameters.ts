/** The parameters of a run as people read them: in the groups and under the names of the form that it was started with. */
import type { Task } from '../../../src-preload/contract/index.ts';
import { formatDuration } from '../../components/formatting.ts';
import { metricLabel } from './curves.ts';
import { optionGroups, type TrainingOption } from './training-options.ts';

interface ShownParameter {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly value: string;
}

export interface ParameterGroup {
  readonly title: string;
  readonly parameters: readonly ShownParameter[];
}

/** All of them, what the form does not have first; groups without any are left out. */
export function groupParameters(params: Readonly<Record<string, string>>): ParameterGroup[] {
  const groups = optionGroups[taskOf(params)];
  const inForm = new Set<string>(groups.flatMap(({ options }) => options.map(({ name }) => name)));
  const others = Object.keys(params)
    .filter((key) => !inForm.has(optionNameOf(key)))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.localeCompare(b));
  return [
    { title: 'Run', parameters: others.map((key) => describe(key, undefined, params[key] ?? '')) },
    ...groups.map(({ title, options }) => ({
      title,
      parameters: options.flatMap((option) =>
        Object.entries(params)
          .filter(([key]) => optionNameOf(key) === option.name)
          .map(([key, value]) => describe(key, option, value)),
      ),
    })),
  ].filter(({ parameters }) => parameters.length > 0);
}

/** Of a run, by its params. */
export function taskOf({ task, architecture = '' }: Readonly<Record<string, string>>): Task {
  return task === 'detection' || architecture.startsWith('detector-') ? 'detection' : 'classification';
}

/** A detector's plan has clearer names for some. */
const optionNames: Readonly<Record<string, string>> = {
  finalShare: 'lrf',
  confidence: 'conf',
  overlap: 'iou',
  maxDetections: 'maxDet',
  nominalBatch: 'nbs',
};

function optionNameOf(key: string): string {
  return optionNames[key] ?? key;
}

/** As the form of the task calls it. */
export function parameterLabel(key: string, task: Task): string {
  return findOption(key, task)?.label ?? otherLabels[key] ?? metricLabel(key);
}

export function parameterText(key: string, value: string, task: Task): string {
  const choice = findOption(key, task)?.choices?.find(([name]) => String(name) === value)?.[1];
  return choice ?? toWords(key, value);
}

function findOption(key: string, task: Task): TrainingOption | undefined {
  const options = optionGroups[task].flatMap((group) => group.options);
  return options.find(({ name }) => name === optionNameOf(key));
}

function describe(key: string, option: TrainingOption | undefined, value: string): ShownParameter {
  const choice = option?.choices?.find(([name]) => String(name) === value)?.[1];
  return {
    key,
    label: option?.label ?? otherLabels[key] ?? metricLabel(key),
    description: option?.description ?? '',
    value: choice ?? toWords(key, value),
  };
}

const otherLabels: Readonly<Record<string, string>> = {
  accumulate: 'Batches an update',
  averageDecay: 'Decay of the average weights',
  base: 'Started from',
  threads: 'CPU threads',
  timeBudgetS: 'Time budget',
  totalSteps: 'Steps',
  validateEvery: 'Epochs to a validation',
  version: 'Fieldstation',
};

function toWords(key: string, value: string): string {
  if (key === 'timeBudgetS') return formatDuration(1000 * Number(value));
  if (value === 'true') return 'Yes';
  if (value === 'false') return 'No';
  return /^-?\d+\.\d{7,}$/.test(value) ? String(Number(Number(value).toPrecision(5))) : value;
}

const order = ['dataset', 'task', 'architecture', 'base', 'device', 'timeBudgetS', 'totalSteps'];

function rankOf(key: string): number {
  const rank = order.indexOf(key);
  return rank < 0 ? order.length : rank;
}
