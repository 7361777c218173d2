/** `train` and `runs`: starts or resumes a training run and waits for it; lists runs. */
import type { Command } from 'commander';
import { type RunId, runIdSchema } from '../../../../src-preload/contract/ids.ts';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import type {
  Run,
  RunStatus,
  StartTraining,
  TrainingEstimate,
} from '../../../../src-preload/contract/training.ts';
import { startTrainingSchema } from '../../../../src-preload/contract/training.ts';
import { AppError } from '../../../base/app-error.ts';
import { CancelledError } from '../../../base/cancellation.ts';
import type { Installation } from '../../installation.ts';
import {
  type Answer,
  formatDuration,
  formatFields,
  formatPercent,
  formatTable,
  formatTime,
} from '../answer.ts';
import { type CommonOptions, exitStatus, runWithStation, type StationContext } from '../command.ts';
import { waitForJob } from '../job-wait.ts';
import {
  definedOnly,
  parseBatch,
  parseHours,
  parseInteger,
  parseNumber,
  parseSeconds,
  parseSwitch,
  toModelReference,
} from '../option-values.ts';
import { parseInput } from '../parsed-input.ts';
import { addDetectionFlags, type DetectionFlags, readDetectionFlags } from './detection-flags.ts';

interface TrainOptions extends CommonOptions, DetectionFlags {
  readonly dataset?: string;
  readonly model?: string;
  readonly experiment?: string;
  readonly architecture?: string;
  readonly arch?: string;
  readonly base?: string;
  readonly pixelRange?: string;
  readonly epochs?: number;
  readonly imageSize?: number;
  readonly batch?: number | 'auto';
  readonly lr?: number;
  readonly schedule?: string;
  readonly optimizer?: string;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly classBalance?: number;
  readonly warmup?: number;
  readonly augmentation?: number;
  readonly patience?: number;
  readonly device?: string;
  readonly amp?: boolean;
  readonly threads?: number;
  readonly forms?: string;
  readonly seed?: number;
  readonly timeBudget?: number;
  readonly time?: number;
  readonly estimate?: boolean;
  readonly resume?: string;
}

/** What each end of a run is for a script. */
const statusOfEnd = {
  completed: exitStatus.success,
  stopped: exitStatus.success,
  diverged: exitStatus.failure,
  failed: exitStatus.failure,
  crashed: exitStatus.failure,
  cancelled: exitStatus.interrupted,
  queued: exitStatus.failure,
  running: exitStatus.failure,
} as const satisfies Record<RunStatus, number>;

export function registerTrain(program: Command, installation: Installation): void {
  const command = program
    .command('train')
    .description('train a model on a dataset version and register it')
    .option('--dataset <name[@version]>', 'what to learn from')
    .option(
      '--model <name>',
      'registered model that the result becomes a version of; absent: the dataset’s name',
    )
    .option('--experiment <name>', 'groups runs')
    .option(
      '--architecture <name>',
      'classifier-nano or -small, detector-nano, -small or -medium; absent: the nano of the task',
    )
    .option('--arch <name>', 'the same')
    .option(
      '--base <file|name@alias|name/version>',
      'go on from this model; with other classes its last layer is new',
    )
    .option('--pixel-range <range>', 'of a base file: 0..255, 0..1, -1..1 or imagenet')
    .option('--epochs <number>', 'at most', parseInteger)
    .option('--imgsz, --image-size <pixels>', 'side of the square that pictures are brought to', parseInteger)
    .option(
      '--batch <number>',
      'pictures per step; auto or absent: chosen by memory and pictures',
      parseBatch,
    )
    .option('--lr0, --lr <rate>', 'peak learning rate', parseNumber)
    .option('--schedule <name>', 'of the learning rate: cosine, linear, step, one-cycle or constant')
    .option('--optimizer <name>', 'adamw, sgd or auto')
    .option('--weight-decay <number>', 'pull of the weights to zero', parseNumber)
    .option('--label-smoothing <share>', 'of the target spread over all classes', parseNumber)
    .option(
      '--class-balance <share>',
      '0: each picture once an epoch, 1: each class as often as the others',
      parseNumber,
    )
    .option('--warmup-epochs, --warmup <epochs>', 'in which the learning rate rises', parseNumber)
    .option('--augmentation <strength>', '0 off, 1 default, up to 2', parseNumber)
    .option('--patience <epochs>', 'epochs without a better score before it stops; 0: never', parseInteger)
    .option('--device <name>', 'auto, cpu, webgpu, cuda, directml or coreml')
    .option('--amp <on>', 'mixed precision; absent: where a GPU has proven that it trains right', parseSwitch)
    .option('--threads <number>', 'CPU threads', parseInteger)
    .option(
      '--forms <timed|rule>',
      'convolution gradients as fastest on this machine, or the same everywhere',
    )
    .option('--seed <number>', 'of weights, order and augmentation', parseInteger)
    .option('--time-budget <time>', 'of the training loop: 90, 90s, 5m', parseSeconds)
    .option('--time <time>', 'the same; a number alone is hours, as Ultralytics has it', parseHours)
    .option('--resume <run>', 'go on with a run from its newest checkpoint')
    .option('--estimate', 'tell what the run would take and start nothing');
  addDetectionFlags(command).action((options: TrainOptions) =>
    runWithStation(installation, options, (context) => train(context, options), { worksJobs: true }),
  );
}

export function registerRuns(program: Command, installation: Installation): void {
  const runs = program.command('runs').description('training runs');
  runs
    .command('list')
    .description('newest first')
    .action((options: CommonOptions) => runWithStation(installation, options, listRuns));
  runs
    .command('show')
    .description('one run')
    .argument('<run>')
    .action((id: string, options: CommonOptions) =>
      runWithStation(installation, options, async ({ client }) =>
        tellRun(await client.training.getRun({ id: runIdSchema.parse(id) })),
      ),
    );
}

async function train(context: StationContext, options: TrainOptions): Promise<Answer> {
  const { client } = context;
  if (options.estimate) return tellEstimate(await client.training.estimate(toRequest(options)));
  const run = await startRun(context, options);
  // A cancelled run is told as such, with what it had reached.
  if (run.job) await waitForJob(run.job.id, context).catch(ignoreCancellation);
  const ended = await client.training.getRun({ id: run.id });
  return { ...tellRun(ended), exitStatus: statusOfEnd[ended.status] };
}

async function startRun({ client }: StationContext, options: TrainOptions): Promise<Run> {
  if (options.resume !== undefined) return resumeRun(client, runIdSchema.parse(options.resume));
  const request = toRequest(options);
  const { statement } = await client.training.estimate(request);
  process.stderr.write(`${statement}\n`);
  return client.training.startRun(request);
}

/** @throws {AppError} INPUT_INVALID */
function toRequest(options: TrainOptions): StartTraining {
  const { dataset, model, experiment } = options;
  if (dataset === undefined) {
    throw new AppError('INPUT_INVALID', 'expected --dataset NAME or --resume RUN, got neither');
  }
  const parameters = definedOnly({
    architecture: options.architecture ?? options.arch,
    base: options.base === undefined ? undefined : toModelReference(options.base),
    basePixelRange: options.pixelRange,
    epochs: options.epochs,
    imageSize: options.imageSize,
    batchSize: options.batch === 'auto' ? undefined : options.batch,
    learningRate: options.lr,
    schedule: options.schedule,
    optimizer: toOptimizer(options.optimizer),
    weightDecay: options.weightDecay,
    labelSmoothing: options.labelSmoothing,
    classBalance: options.classBalance,
    warmupEpochs: options.warmup,
    augmentation: options.augmentation,
    patience: options.patience,
    device: options.device,
    amp: options.amp,
    threads: options.threads,
    forms: options.forms,
    seed: options.seed,
    timeBudgetS: options.time ?? options.timeBudget,
    detection: readDetectionFlags(options),
  });
  return parseInput(startTrainingSchema, { dataset, parameters, ...definedOnly({ model, experiment }) });
}

/** As people write it; `auto` is the station's own choice. */
function toOptimizer(name: string | undefined): string | undefined {
  const known = name?.toLowerCase();
  return known === 'auto' ? undefined : known;
}

function tellEstimate(estimate: TrainingEstimate): Answer {
  return { document: estimate, text: estimate.statement };
}

/** A run that the station took up again by itself after a crash is only waited for. */
async function resumeRun(client: StationClient, id: RunId): Promise<Run> {
  const run = await client.training.getRun({ id });
  return run.job?.endedAt === null ? run : client.training.resumeRun({ id });
}

function ignoreCancellation(error: unknown): void {
  if (!(error instanceof CancelledError)) throw error;
}

function tellRun(run: Run): Answer {
  const { id, status, reason, modelName, modelVersion, metrics, dataset, startedAt, endedAt } = run;
  const document = {
    run: id,
    status,
    reason,
    model: modelName,
    version: modelVersion,
    dataset: `${dataset.name}@${dataset.version}`,
    metrics,
    params: run.params,
    experiment: run.experiment,
    checkpointEpoch: run.checkpointEpoch,
    isResumable: run.isResumable,
    durationMs: startedAt === null || endedAt === null ? null : endedAt - startedAt,
  };
  const { params, metrics: _, durationMs, ...fields } = document;
  const figures = Object.entries(metrics).map(([key, value]) => [key, Number(value.toPrecision(5))] as const);
  return {
    document,
    text: formatFields({
      ...fields,
      isResumable: fields.isResumable ? 'yes' : 'no',
      took: durationMs === null ? null : formatDuration(durationMs),
      ...Object.fromEntries(figures),
    }),
  };
}

async function listRuns({ client }: StationContext): Promise<Answer> {
  const runs = await client.training.listRuns({});
  const rows = runs.map((run) => [
    run.id,
    run.status,
    `${run.dataset.name}@${run.dataset.version}`,
    run.modelVersion === null ? run.modelName : `${run.modelName}/${run.modelVersion}`,
    formatPercent(run.metrics['val/accuracy'] ?? run.metrics['val/map50']),
    formatTime(run.createdAt),
  ]);
  return {
    document: runs,
    text: formatTable(['run', 'status', 'dataset', 'model', 'val accuracy or mAP50', 'created'], rows),
  };
}
