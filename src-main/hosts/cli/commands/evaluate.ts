/** `evaluate`: how good a model is on a split of a dataset version. */
import type { Command } from 'commander';
import type { Evaluation } from '../../../../src-preload/contract/evaluation.ts';
import { startEvaluationSchema } from '../../../../src-preload/contract/evaluation.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields, formatPercent, formatTable } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { definedOnly, parseInteger, parseList, toModelReference } from '../option-values.ts';
import { parseInput } from '../parsed-input.ts';

interface EvaluateOptions extends CommonOptions {
  readonly model: string;
  readonly dataset: string;
  readonly pixelRange?: string;
  readonly imageSize?: number;
  readonly classNames?: string[];
}

export function registerEvaluate(program: Command, installation: Installation): void {
  program
    .command('evaluate')
    .description('measure a model on a split')
    .requiredOption('--model <reference>', 'NAME (its champion), NAME@ALIAS, NAME/VERSION or an ONNX file')
    .requiredOption('--dataset <name[@version]/split>', 'the test split where none is named')
    .option('--pixel-range <range>', 'for foreign files: 0..255, 0..1 or imagenet')
    .option('--image-size <pixels>', 'for foreign files without one', parseInteger)
    .option('--class-names <a,b,…>', 'for foreign files without them, in the order of the outputs', parseList)
    .action((options: EvaluateOptions) =>
      runWithStation(installation, options, (context) => evaluate(context, options), { worksJobs: true }),
    );
}

async function evaluate(context: StationContext, options: EvaluateOptions): Promise<Answer> {
  const { dataset, pixelRange, imageSize, classNames } = options;
  const model = toModelReference(options.model);
  const request = { model, dataset, ...definedOnly({ pixelRange, imageSize, classNames }) };
  const { id, jobId } = await context.client.evaluation.startEvaluation(
    parseInput(startEvaluationSchema, request),
  );
  assertSucceeded(await waitForJob(jobId, context));
  return tellEvaluation(await context.client.evaluation.getEvaluation({ id }));
}

function tellEvaluation({ id, model, dataset, report }: Evaluation): Answer {
  const name = `${dataset.name}@${dataset.version}/${dataset.split}`;
  const { accuracy, accuracyInterval, precision, recall, f1, logLoss, count, latencyMs, perClass } = report;
  const [low, high] = accuracyInterval.map(formatPercent);
  const figures = formatFields({
    model,
    dataset: name,
    pictures: count,
    accuracy: `${formatPercent(accuracy)} (95 % ${low} to ${high})`,
    precision: formatPercent(precision),
    recall: formatPercent(recall),
    f1: formatPercent(f1),
    logLoss: logLoss.toFixed(4),
    latency: `p50 ${latencyMs.p50.toFixed(2)} ms, p95 ${latencyMs.p95.toFixed(2)} ms (${report.provider})`,
  });
  const classes = perClass.map((one) => [
    one.className,
    formatPercent(one.precision),
    formatPercent(one.recall),
    formatPercent(one.f1),
    one.support,
  ]);
  const perClassTable = formatTable(['class', 'precision', 'recall', 'f1', 'support'], classes);
  const confusion = formatTable(
    ['true \\ predicted', ...report.classNames],
    report.confusion.map((row, index) => [report.classNames[index] ?? '', ...row]),
  );
  return {
    document: { evaluation: id, model, dataset: name, ...report },
    text: [figures, perClassTable, confusion].join('\n\n'),
  };
}
