/** The forms in which a run's convolution gradients are written: chosen once, before its first step, and kept with it. */
import { z } from 'zod';
import type { BlobHash } from '../../../src-preload/contract/ids.ts';
import { AppError } from '../../base/app-error.ts';
import { throwIfCancelled } from '../../base/cancellation.ts';
import type { Clock } from '../../base/clock.ts';
import {
  type ChosenForms,
  chooseForms,
  type FormChoice,
  type FormChoiceOptions,
  nameMachine,
} from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { BlobStore } from '../../store/blobs.ts';
import type { FormsByMachine } from './kept-forms.ts';
import type { ProgressReporter } from './progress-reporter.ts';
import type { TrainSpec, TrainUpdate } from './train-job.ts';

/** What is known of forms when a run's process starts. */
export interface KnownForms {
  /** Whether they are chosen by time; else by rule. */
  readonly isTimed: boolean;
  /** What this run has chosen; null where it has chosen nothing. */
  readonly runHash: BlobHash | null;
  readonly byMachine: FormsByMachine;
  /** Why what was kept on this machine counts for nothing. */
  readonly problem: string | null;
}

/** What a run has chosen, for the station to keep. */
export interface RunForms {
  readonly hash: BlobHash;
  readonly sizeBytes: number;
  readonly machine: string;
  readonly choices: readonly FormChoice[];
}

/** The name of a run's artifact. */
export const formsPath = 'convolution-forms.json';
/** At most so long before the first step. */
const budgetMs = 10_000;

const documentSchema = z.object({ attempt: z.string(), forms: z.record(z.string(), z.string()) });

interface Surroundings {
  readonly context: Pick<JobContext<TrainUpdate>, 'commit' | 'log' | 'signal'>;
  readonly blobs: Pick<BlobStore, 'read' | 'write'>;
  readonly reporter: Pick<ProgressReporter, 'timed'>;
  readonly clock: Clock;
}

/** Of a trainer that is about to be made. */
export type ChooseForms = (
  training: Omit<FormChoiceOptions, 'known' | 'budgetMs' | 'now' | 'onProgress'>,
) => Promise<ChosenForms>;

/**
 * Those that the run has chosen; where it has not begun, those known of this machine, and the others timed. A run that
 * began by rule, before there was a choice or because nothing was worth one, goes on by rule.
 */
export function createFormChooser(
  { forms, provider, threads, pieces, checkpointHash }: TrainSpec,
  surroundings: Surroundings,
): ChooseForms {
  const machine = nameMachine(provider, threads);
  const attempt = `${machine}, each batch in ${pieces}`;
  return async (training) => {
    const { isTimed, runHash } = forms;
    const before = runHash === null ? null : await readDocument(surroundings.blobs, runHash);
    if (before?.attempt === attempt) return new Map(Object.entries(before.forms));
    const hasBegun = before === null && checkpointHash !== null;
    if (!isTimed || hasBegun) return new Map();
    const choices = await timeForms(training, machine, forms, surroundings);
    return keepChoices(choices, { attempt, machine }, surroundings);
  };
}

async function timeForms(
  training: Parameters<ChooseForms>[0],
  machine: string,
  { byMachine, problem }: KnownForms,
  { context, reporter, clock }: Surroundings,
): Promise<readonly FormChoice[]> {
  if (problem) context.log('warn', problem);
  const startedAt = clock.monotonic();
  const choices = await chooseForms({
    ...training,
    known: new Map(Object.entries(byMachine[machine] ?? {})),
    budgetMs,
    now: clock.monotonic,
    onProgress: (done, total) => {
      throwIfCancelled(context.signal);
      reporter.timed(done, total);
    },
  });
  if (choices.length > 0) context.log('info', describeChoices(choices, clock.monotonic() - startedAt));
  return choices;
}

/** Resolves once they are durable: only then may the first step be taken. */
async function keepChoices(
  choices: readonly FormChoice[],
  { attempt, machine }: { readonly attempt: string; readonly machine: string },
  { context, blobs }: Surroundings,
): Promise<ChosenForms> {
  if (choices.length === 0) return new Map();
  const chosen = new Map(choices.map(({ gradient, form }) => [gradient, form]));
  const document = { attempt, forms: Object.fromEntries(chosen) };
  const content = Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
  const forms = { hash: await blobs.write(content), sizeBytes: content.length, machine, choices };
  await context.commit({ step: 0, metrics: {}, checkpoint: null, forms });
  return chosen;
}

/** @throws {AppError} RUN_NOT_RESUMABLE, BLOB_MISSING */
async function readDocument(blobs: Pick<BlobStore, 'read'>, hash: BlobHash) {
  try {
    return documentSchema.parse(JSON.parse(Buffer.from(await blobs.read(hash)).toString()));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('RUN_NOT_RESUMABLE', `the run's ${formsPath} can not be read`, { cause });
  }
}

/** In one line: which forms, how many of them are not those of the rule, and where they are from. */
function describeChoices(choices: readonly FormChoice[], durationMs: number): string {
  const list = (kind: FormChoice['kind']) => {
    const forms = choices.filter((choice) => choice.kind === kind).map(({ form }) => form);
    return [...new Set(forms)]
      .map((form) => `${form} ${forms.filter((one) => one === form).length}`)
      .join(', ');
  };
  const count = (origin: FormChoice['origin']) => choices.filter((choice) => choice.origin === origin).length;
  const others = choices.filter(({ isByRule }) => !isByRule).length;
  const left = count('untimed');
  const parts = [
    `convolution gradients, of weights: ${list('weight') || 'none'}; of inputs: ${list('input') || 'none'}`,
    `${others} other than by rule`,
    `${count('timed')} timed in ${(durationMs / 1000).toFixed(1)} s, ${count('known')} known of this machine`,
  ];
  if (left > 0) parts.push(`${left} left by rule, as ${budgetMs / 1000} s were used up`);
  return parts.join('; ');
}
