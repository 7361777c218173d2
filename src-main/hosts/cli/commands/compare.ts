/** `compare`: several models on the same pictures, each against the first, with how sure the difference is. */
import type { Command } from 'commander';
import {
  type Comparison,
  type Evaluation,
  mainFigureOf,
  mainFiguresOf,
  startEvaluationSchema,
} from '../../../../src-preload/contract/evaluation.ts';
import { formatDatasetReference } from '../../../../src-preload/contract/reference.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatPercent, formatTable } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { toModelReference } from '../option-values.ts';
import { parseInput } from '../parsed-input.ts';

interface CompareOptions extends CommonOptions {
  readonly dataset: string;
}

export function registerCompare(program: Command, installation: Installation): void {
  program
    .command('compare')
    .description('measure several models on the same pictures, each against the first')
    .argument('<models...>', 'NAME (its champion), NAME@ALIAS, NAME/VERSION or an ONNX file; two or more')
    .requiredOption('--dataset <name[@version]/split>', 'the test split where none is named')
    .action((models: string[], options: CompareOptions) =>
      runWithStation(installation, options, (context) => compare(context, models, options), {
        worksJobs: true,
      }),
    );
}

async function compare(
  context: StationContext,
  models: readonly string[],
  { dataset }: CompareOptions,
): Promise<Answer> {
  const [first, ...others] = models.map(toModelReference);
  if (first === undefined || others.length === 0) {
    throw new AppError('INPUT_INVALID', `compare: expected two models or more, got ${models.join(', ')}`);
  }
  const evaluations: Evaluation[] = [];
  for (const model of [first, ...others]) evaluations.push(await evaluate(context, model, dataset));
  const comparisons: Comparison[] = [];
  for (const other of others) {
    comparisons.push(await context.client.evaluation.compareModels({ a: first, b: other, dataset }));
  }
  return tellComparisons(evaluations, comparisons);
}

/** Here with progress; the comparison then finds it done. */
async function evaluate(context: StationContext, model: string, dataset: string): Promise<Evaluation> {
  const request = parseInput(startEvaluationSchema, { model, dataset });
  const { id, jobId } = await context.client.evaluation.startEvaluation(request);
  assertSucceeded(await waitForJob(jobId, context));
  return context.client.evaluation.getEvaluation({ id });
}

function tellComparisons(evaluations: readonly Evaluation[], comparisons: readonly Comparison[]): Answer {
  const [first] = evaluations;
  const dataset = first && formatDatasetReference(first.dataset);
  const models = evaluations.map(({ id, model, report }) => ({
    evaluation: id,
    model,
    ...figuresOf(report),
  }));
  const figure = first ? mainFigureOf(first.report).name : '';
  const rows = [
    ...evaluations.slice(0, 1).map(({ model, report }) => [model, formatPercent(mainFigureOf(report).value)]),
    ...comparisons.map((comparison) => {
      const { b, difference, interval } = comparison;
      const [low, high] = interval.map(points);
      return [b, formatPercent(mainFiguresOf(comparison).b.value), points(difference), `${low} to ${high}`];
    }),
  ];
  return {
    document: { dataset, models, comparisons },
    text: [`on ${dataset}`, formatTable(['model', figure, 'difference', '95 % interval'], rows)].join('\n'),
  };
}

/** What models are compared by at a glance. */
function figuresOf(report: Evaluation['report']) {
  const { precision, recall, f1, latencyMs, provider } = report;
  const common = { precision, recall, f1, latencyMs, provider };
  if (report.task === 'classification')
    return { accuracy: report.accuracy, logLoss: report.logLoss, ...common };
  const { map50, map75, map5095, ar100 } = report;
  return { map50, map75, map5095, ar100, ...common };
}

/** Hundredths, with their sign. */
function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}
