/** Chooses the forms of a training graph's convolution gradients by timing them on this machine, within a budget. */
import {
  type ChosenForms,
  type Convolution,
  formsByRule,
  type GradientKind,
  nameGradient,
} from './autodiff/convolution-forms.ts';
import { createTrainingGraph, type TrainingGraphOptions } from './optim/training-graph.ts';
import {
  countGradientFlops,
  createFormTimer,
  type FormRun,
  type FormTimerOptions,
  type FormTimes,
  type GradientQuestion,
  type TimeForms,
} from './runtime/form-timer.ts';

/** A training graph as a trainer would make it, and what is known of this machine. */
export interface FormChoiceOptions extends TrainingGraphOptions, FormTimerOptions {
  /** What was chosen on this machine before: it stays, so that the same training gives the same bytes again. */
  readonly known: ChosenForms;
  /** What is not timed by then keeps the rule's form, for good. */
  readonly budgetMs: number;
  /** Measured on this machine if absent. */
  readonly timeForms?: TimeForms;
  /** Before each gradient that is to be timed; may throw to end it all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was chosen for one gradient, and on what grounds. */
export interface FormChoice {
  /** Of the gradient: see `nameGradient`. */
  readonly gradient: string;
  readonly kind: GradientKind;
  readonly form: string;
  readonly isByRule: boolean;
  /** Whether it was known before, chosen by the times, or left by rule as the budget was used up. */
  readonly origin: 'known' | 'timed' | 'untimed';
  /** Median milliseconds by form, where it was timed now. */
  readonly timesMs: Readonly<Record<string, number>> | null;
}

/** Arithmetic in a step below which a gradient takes a millisecond or two: what forms save there is lost in noise. */
const fewestFlops = 1e8;
/**
 * A form must beat the rule's by this share of its time, in the median and at best: what is less may be noise. It may
 * take no more of the processor; on one thread, whose clock on the wall tells of the neighbours, less by the same share.
 */
const margin = 0.1;

/**
 * For each gradient that is worth it, the most arithmetic first. Their forms by gradient are the `forms` of a trainer.
 * @throws AppError GRAPH_NOT_TRAINABLE, as the trainer would
 */
export async function chooseForms(options: FormChoiceOptions): Promise<readonly FormChoice[]> {
  const { known, budgetMs, now, onProgress } = options;
  const questions = listQuestions(options);
  const open = questions.filter(({ gradient }) => !known.has(gradient));
  const deadline = now() + budgetMs;
  const timeForms = open.length === 0 ? undefined : (options.timeForms ?? (await createFormTimer(options)));
  const cpuShare = options.threads === 1 ? 1 - margin : 1;
  const taken = new Map<NamedQuestion, FormTimes>();
  for (const [index, question] of open.entries()) {
    onProgress?.(index, open.length);
    const times = now() < deadline ? await timeForms?.(question, deadline) : undefined;
    if (times) taken.set(question, times);
  }
  return questions.map((question) =>
    choose(question, known.get(question.gradient), taken.get(question), cpuShare),
  );
}

function choose(
  { gradient, kind, convolution }: NamedQuestion,
  known: string | undefined,
  times: FormTimes | undefined,
  cpuShare: number,
): FormChoice {
  const ruled = formsByRule[kind](convolution);
  const describe = (form: string) => ({ gradient, kind, form, isByRule: form === ruled });
  if (known !== undefined) return { ...describe(known), origin: 'known', timesMs: null };
  if (!times) return { ...describe(ruled), origin: 'untimed', timesMs: null };
  return { ...describe(pickFastest(ruled, times, cpuShare)), origin: 'timed', timesMs: summarize(times) };
}

/** @param cpuShare of the processor's time that the rule's form takes, which a faster one may take at most */
function pickFastest(ruled: string, times: FormTimes, cpuShare: number): string {
  const before = times.get(ruled);
  if (!before) return ruled;
  const isClearlyFaster = (runs: readonly FormRun[]) =>
    medianOf(runs, 'ms') < (1 - margin) * medianOf(before, 'ms') &&
    leastOf(runs, 'ms') < (1 - margin) * leastOf(before, 'ms') &&
    medianOf(runs, 'cpuMs') <= cpuShare * medianOf(before, 'cpuMs');
  const faster = [...times].filter(([, runs]) => isClearlyFaster(runs));
  const [fastest] = faster.toSorted(([, one], [, other]) => medianOf(one, 'ms') - medianOf(other, 'ms'));
  return fastest?.[0] ?? ruled;
}

function summarize(times: FormTimes): Record<string, number> {
  const rounded = (ms: number) => Number(ms.toPrecision(3));
  return Object.fromEntries([...times].map(([form, runs]) => [form, rounded(medianOf(runs, 'ms'))]));
}

function medianOf(runs: readonly FormRun[], figure: keyof FormRun): number {
  const sorted = runs.map((run) => run[figure]).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function leastOf(runs: readonly FormRun[], figure: keyof FormRun): number {
  return Math.min(...runs.map((run) => run[figure]));
}

interface NamedQuestion extends GradientQuestion {
  readonly gradient: string;
}

/** Each once, however often the graph asks it. */
function listQuestions(options: TrainingGraphOptions): readonly NamedQuestion[] {
  const questions = new Map<string, NamedQuestion & { readonly flops: number }>();
  const ask = (kind: GradientKind, convolution: Convolution) => {
    const gradient = nameGradient(kind, convolution);
    const before = questions.get(gradient)?.flops ?? 0;
    const flops = before + countGradientFlops({ kind, convolution });
    questions.set(gradient, { gradient, kind, convolution, flops });
  };
  const forms = {
    weight: (convolution: Convolution) => {
      ask('weight', convolution);
      return formsByRule.weight(convolution);
    },
    input: (convolution: Convolution) => {
      ask('input', convolution);
      return formsByRule.input(convolution);
    },
  };
  createTrainingGraph({ ...options, forms });
  return [...questions.values()]
    .filter(({ flops }) => flops >= fewestFlops)
    .toSorted((one, other) => other.flops - one.flops);
}
