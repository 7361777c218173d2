/** What a detector's run writes into its log: what it learns from, how, and how each epoch went, in sentences for an engineer. */
import type { Split } from '../../../../src-preload/contract/ids.ts';
import { detectorArchitectures } from '../../../engine/index.ts';
import type { JobContext } from '../../../jobs/job-kind.ts';
import type { LoopState } from '../checkpoint.ts';
import { tellPrecision } from '../run-precision.ts';
import type { BoxedEntry, DetectorSpec, DetectorTest } from '../train-job.ts';
import type { EpochRecord, LoopEnd } from '../training-loop.ts';
import { describeSchedule } from '../training-progress.ts';

export interface DetectionJournal {
  /** Before anything is decoded. */
  begun(): void;
  epochClosed(record: EpochRecord, state: LoopState): void;
  ended(end: LoopEnd): void;
  exported(sizeBytes: number): void;
  /** @param test null without test pictures */
  tested(test: DetectorTest | null): void;
}

/** Views of the training pictures, and boxes that one has room for. */
interface Layout {
  readonly views: number;
  readonly maxBoxes: number;
}

/** Far below what is kept of a job's log: a run of more epochs tells every second, third … of them. */
const toldEpochs = 500;
/** A split with more classes names these alone. */
const namedClasses = 20;

export function createDetectionJournal(
  log: JobContext<never>['log'],
  spec: DetectorSpec,
  layout: Layout,
): DetectionJournal {
  const { plan } = spec;
  const every = Math.ceil(plan.epochs / toldEpochs);
  return {
    begun: () => {
      const lines = [...describePictures(spec, layout), ...describeNetwork(spec), ...describeCourse(spec)];
      for (const line of lines) log('info', line);
      tellPrecision(log, spec.precision);
      for (const line of listWarnings(spec)) log('warn', line);
    },
    epochClosed: (record, state) => {
      if (record.epoch === 1 || record.epoch % every === 0) log('info', describeEpoch(spec, record, state));
    },
    ended: ({ outcome, reason }) => log(outcome === 'diverged' ? 'error' : 'info', `${outcome}: ${reason}`),
    exported: (sizeBytes) => log('info', `the model is an ONNX file of ${(sizeBytes / 1e6).toFixed(2)} MB`),
    tested: (test) => {
      if (test) log('info', describeTest(test));
      else log('warn', 'there are no test pictures: this model can not be compared with others');
    },
  };
}

function describePictures({ pictures, plan, classNames }: DetectorSpec, layout: Layout): string[] {
  const tell = (split: Split, purpose: string) => describeSplit(purpose, pictures[split], classNames);
  const shown =
    plan.tile === null
      ? 'pictures are shown whole'
      : `pictures are shown in ${formatCount(layout.views)} tiles of ${plan.tile} pixels`;
  return [
    tell('train', 'training'),
    tell('val', 'validation'),
    tell('test', 'the test'),
    `${shown}, letterboxed to ${plan.imageSize} × ${plan.imageSize} pixels, with room for ${layout.maxBoxes} boxes`,
  ];
}

function describeSplit(
  purpose: string,
  pictures: readonly BoxedEntry[],
  classNames: readonly string[],
): string {
  if (pictures.length === 0) return `no pictures for ${purpose}`;
  const counts = new Map(classNames.map((className) => [className, 0]));
  for (const { className } of pictures.flatMap(({ boxes }) => boxes)) {
    counts.set(className, (counts.get(className) ?? 0) + 1);
  }
  const background = pictures.filter(({ boxes }) => boxes.length === 0).length;
  const named = [...counts].slice(0, namedClasses).map(([className, count]) => `${className} ${count}`);
  const more = counts.size > namedClasses ? ` and ${counts.size - namedClasses} more classes` : '';
  const empty = background > 0 ? `, ${formatCount(background)} of them without a box` : '';
  return `${tellPictures(pictures.length)} for ${purpose}${empty}; boxes: ${named.join(', ')}${more}`;
}

function describeNetwork({ plan, classNames, provider, askedDevice, threads }: DetectorSpec): string[] {
  const why = askedDevice === 'auto' ? 'the fastest here that trains right' : 'as asked for';
  const device = `trains on ${provider}, ${why}, with ${threads} CPU ${threads === 1 ? 'thread' : 'threads'}`;
  if (plan.base) return [device, `starts from ${plan.base.label}`];
  const architecture = detectorArchitectures.find(({ name }) => name === plan.architecture);
  const parameters = architecture?.countParameters(classNames.length) ?? 0;
  const flops = architecture?.countFlops(plan.imageSize, classNames.length) ?? 0;
  const size = `${formatCount(parameters)} parameters, ${(flops / 1e9).toFixed(2)} G FLOPs a picture`;
  return [device, `${plan.architecture}: ${size}`];
}

function describeCourse({ plan }: DetectorSpec): string[] {
  const {
    epochs,
    totalSteps,
    batchSize,
    accumulate = 1,
    optimizer,
    learningRate,
    warmupSteps,
    timeBudgetS,
    patience,
  } = plan;
  const budget = timeBudgetS === null ? 'no time budget' : `a time budget of ${timeBudgetS} s`;
  const stop = patience === 0 ? 'no early stopping' : `stops after ${patience} epochs without a better score`;
  const pictures =
    accumulate === 1
      ? `${batchSize} pictures`
      : `${accumulate} batches of ${batchSize} pictures (nbs ${plan.nominalBatch})`;
  const steps = (count: number) => `${formatCount(count)} ${count === 1 ? 'step' : 'steps'}`;
  return [
    `up to ${epochs} epochs of ${steps(totalSteps / epochs)} of ${pictures}, ${budget}; ${stop}`,
    `${optimizer}, learning rate ${learningRate} ${describeSchedule(plan.schedule, steps(warmupSteps), plan.finalShare)}; seed ${plan.seed}`,
    `mosaics for ${Math.round(100 * plan.augment.mosaic)} % of the pictures until ${plan.closeMosaic} epochs before the end`,
  ];
}

/** What goes another way than someone may expect. */
function listWarnings({ pictures }: DetectorSpec): string[] {
  const warnings: string[] = [];
  if (pictures.train.length < 20) {
    warnings.push(`${tellPictures(pictures.train.length)} for training: expect a model that knows no others`);
  }
  return warnings;
}

function describeEpoch(
  { plan }: DetectorSpec,
  { epoch, metrics }: EpochRecord,
  { standing }: LoopState,
): string {
  const parts = ['loss', 'loss_box', 'loss_class', 'loss_dfl'].map(
    (name) => `${name.replace('loss_', '')} ${(metrics[`train/${name}`] ?? 0).toFixed(3)}`,
  );
  const judged =
    metrics['val/map50'] === undefined
      ? ''
      : `; validation mAP50 ${metrics['val/map50'].toFixed(4)}, mAP50-95 ${(metrics['val/map5095'] ?? 0).toFixed(4)}`;
  const verdict = standing.bestEpoch === epoch ? 'the best so far' : `best: epoch ${standing.bestEpoch}`;
  const waited = (100 * (metrics.data_wait_share ?? 0)).toFixed(1);
  const took = `${(metrics.epoch_seconds ?? 0).toFixed(1)} s, ${waited} % of it waiting for pictures`;
  return `epoch ${epoch} of ${plan.epochs}: ${parts.join(', ')}${judged}; ${took}; ${verdict}`;
}

function describeTest({ report }: DetectorTest): string {
  const { count, truths, map50, map5095, latencyMs } = report;
  const figure = (value: number | null) => (value === null ? 'none' : value.toFixed(4));
  return `${formatCount(count)} test pictures with ${formatCount(truths)} boxes: mAP50 ${figure(map50)}, mAP50-95 ${figure(map5095)}, ${latencyMs.p50.toFixed(1)} ms a picture`;
}

function tellPictures(count: number): string {
  return count === 1 ? 'one picture' : `${formatCount(count)} pictures`;
}

function formatCount(count: number): string {
  return count.toLocaleString('en');
}
