/** What a run writes into its log: what it learns from, how, and how each epoch went, in sentences for an engineer. */
import type { ClassificationReport } from '../../../src-preload/contract/evaluation.ts';
import type { Split } from '../../../src-preload/contract/ids.ts';
import { classifierArchitectures } from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { BaseClassifier } from './base-classifier.ts';
import type { LoopState } from './checkpoint.ts';
import { tellPrecision } from './run-precision.ts';
import type { ClassifierSpec, LabelledPicture } from './train-job.ts';
import type { EpochRecord, LoopEnd } from './training-loop.ts';
import { describeSchedule } from './training-progress.ts';

export interface RunJournal {
  /** Before anything is decoded. */
  begun(): void;
  prepared(durationMs: number): void;
  epochClosed(record: EpochRecord, state: LoopState): void;
  ended(end: LoopEnd): void;
  exported(sizeBytes: number): void;
  /** @param report null without test pictures */
  tested(report: ClassificationReport | null): void;
}

/** Far below what is kept of a job's log: a run of more epochs tells every second, third … of them. */
const toldEpochs = 500;
/** A split with more classes names these alone. */
const namedClasses = 20;

export function createRunJournal(log: JobContext<never>['log'], spec: ClassifierSpec): RunJournal {
  const { plan } = spec;
  const every = Math.ceil(plan.epochs / toldEpochs);
  return {
    begun: () => {
      for (const line of [...describePictures(spec), describeDevice(spec), describeNetwork(spec)]) {
        log('info', line);
      }
      tellPrecision(log, spec.precision);
      for (const line of describeCourse(spec)) log('info', line);
    },
    prepared: (durationMs) => log('info', `pictures decoded in ${toSeconds(durationMs)}`),
    epochClosed: (record, state) => {
      if (record.epoch === 1 || record.epoch % every === 0) log('info', describeEpoch(spec, record, state));
    },
    ended: ({ outcome, reason }) => log(outcome === 'diverged' ? 'error' : 'info', `${outcome}: ${reason}`),
    exported: (sizeBytes) => log('info', `the model is an ONNX file of ${(sizeBytes / 1e6).toFixed(2)} MB`),
    tested: (report) => {
      if (report) log('info', describeTest(report));
      else log('warn', 'there are no test pictures: this model can not be compared with others');
    },
  };
}

function describePictures({ pictures, plan, classNames }: ClassifierSpec): string[] {
  const tell = (split: Split, purpose: string) => describeSplit(purpose, pictures[split], classNames);
  return [
    tell('train', 'training'),
    tell('val', 'validation'),
    tell('test', 'the test'),
    `pictures are brought to ${plan.imageSize} × ${plan.imageSize} pixels`,
  ];
}

function describeSplit(
  purpose: string,
  pictures: readonly LabelledPicture[],
  classNames: readonly string[],
): string {
  if (pictures.length === 0) return `no pictures for ${purpose}`;
  const counts = new Map(classNames.map((className) => [className, 0]));
  for (const { className } of pictures) counts.set(className, (counts.get(className) ?? 0) + 1);
  const named = [...counts].slice(0, namedClasses).map(([className, count]) => `${className} ${count}`);
  const more = counts.size > namedClasses ? ` and ${counts.size - namedClasses} more classes` : '';
  return `${formatCount(pictures.length)} pictures for ${purpose}: ${named.join(', ')}${more}`;
}

function describeDevice({ provider, threads, askedDevice }: ClassifierSpec): string {
  const why = askedDevice === 'auto' ? 'the fastest here that trains right' : 'as asked for';
  return `trains on ${provider}, ${why}, with ${threads} CPU ${threads === 1 ? 'thread' : 'threads'}`;
}

function describeNetwork({ plan, classNames }: ClassifierSpec): string {
  if (plan.base) return describeBase(plan.base, plan.headSteps);
  const architecture = classifierArchitectures.find(({ name }) => name === plan.architecture);
  const parameters = architecture?.countParameters(classNames.length) ?? 0;
  const flops = architecture?.countFlops(plan.imageSize, classNames.length) ?? 0;
  return `${plan.architecture}: ${formatCount(parameters)} parameters, ${(flops / 1e6).toFixed(1)} M FLOPs a picture`;
}

function describeBase({ label, parameters, flops, hasNewHead }: BaseClassifier, headSteps: number): string {
  const head = hasNewHead
    ? `its last layer is new and trained alone for ${formatSteps(headSteps)}`
    : 'its last layer is kept, as the classes are the same';
  return `goes on from ${label}: ${formatCount(parameters)} parameters, ${(flops / 1e6).toFixed(1)} M FLOPs a picture; ${head}`;
}

function describeCourse({ plan }: ClassifierSpec): string[] {
  const { epochs, totalSteps, batchSize, optimizer, learningRate, warmupSteps, timeBudgetS, patience } = plan;
  const budget = timeBudgetS === null ? 'no time budget' : `a time budget of ${timeBudgetS} s`;
  const stop = patience === 0 ? 'no early stopping' : `stops after ${patience} epochs without a better score`;
  return [
    `up to ${epochs} epochs of ${formatSteps(totalSteps / epochs)} of ${batchSize} pictures, ${budget}; ${stop}`,
    `${optimizer}, learning rate ${learningRate} ${describeSchedule(plan.schedule, formatSteps(warmupSteps))}; seed ${plan.seed}`,
  ];
}

function describeEpoch(
  { plan }: ClassifierSpec,
  { epoch, metrics }: EpochRecord,
  { standing }: LoopState,
): string {
  const scores = (split: string) =>
    `loss ${metrics[`${split}/loss`]?.toFixed(4)}, accuracy ${toPercent(metrics[`${split}/accuracy`] ?? 0)}`;
  const validated = 'val/loss' in metrics ? `; validation ${scores('val')}` : '';
  const { bestEpoch, epochsWithout } = standing;
  const waited = epochsWithout === 0 ? '' : `, ${epochsWithout} without a better score`;
  const verdict = bestEpoch === epoch ? 'the best so far' : `best: epoch ${bestEpoch}${waited}`;
  const took = `${(metrics.epoch_seconds ?? 0).toFixed(1)} s`;
  return `epoch ${epoch} of ${plan.epochs}: ${scores('train')}${validated}; ${took}; ${verdict}`;
}

function describeTest({ count, accuracy, accuracyInterval, f1, latencyMs }: ClassificationReport): string {
  const [low, high] = accuracyInterval;
  return `${formatCount(count)} test pictures: accuracy ${toPercent(accuracy)} (95 % interval ${toPercent(low)} to ${toPercent(high)}), macro F1 ${f1.toFixed(3)}, ${latencyMs.p50.toFixed(1)} ms a picture`;
}

function formatCount(count: number): string {
  return count.toLocaleString('en');
}

function formatSteps(steps: number): string {
  return `${formatCount(steps)} ${steps === 1 ? 'step' : 'steps'}`;
}

function toPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function toSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
