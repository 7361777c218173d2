/** `evaluate`: how good a model is on a split of a dataset version. */
import type { Command } from 'commander';
import { type Evaluation, startEvaluationSchema } from '../../../../src-preload/contract/evaluation.ts';
import { formatDatasetReference } from '../../../../src-preload/contract/reference.ts';
import type { Installation } from '../../installation.ts';
import type { Answer } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { definedOnly, parseInteger, parseList, parseNumber, toModelReference } from '../option-values.ts';
import { checkOutputFile, writeJsonFile } from '../output-file.ts';
import { parseInput } from '../parsed-input.ts';
import { describeClassification, describeDetection } from '../report-text.ts';

interface EvaluateOptions extends CommonOptions {
  readonly model: string;
  readonly dataset: string;
  readonly pixelRange?: string;
  readonly imageSize?: number;
  readonly classNames?: string[];
  readonly conf?: number;
  readonly iou?: number;
  readonly maxDet?: number;
  readonly tile?: number;
  readonly confusionConf?: number;
  readonly cocoResults?: string;
  readonly cocoTruth?: string;
}

export function registerEvaluate(program: Command, installation: Installation): void {
  program
    .command('evaluate')
    .description('measure a model on a split')
    .requiredOption('--model <reference>', 'NAME (its champion), NAME@ALIAS, NAME/VERSION or an ONNX file')
    .requiredOption('--dataset <name[@version]/split>', 'the test split where none is named')
    .option('--pixel-range <range>', 'for foreign files: 0..255, 0..1, -1..1 or imagenet')
    .option('--image-size <pixels>', 'for foreign files without one', parseInteger)
    .option('--class-names <a,b,…>', 'for foreign files without them, in the order of the outputs', parseList)
    .option('--conf <share>', 'detectors: detections below it are not kept (default: 0.001)', parseNumber)
    .option(
      '--iou <share>',
      'detectors: detections of a class that overlap by more are one (0.7)',
      parseNumber,
    )
    .option('--max-det <count>', 'detectors: detections of one picture (300)', parseInteger)
    .option('--tile <pixels>', 'detectors: look at large pictures in tiles of this side', parseInteger)
    .option('--confusion-conf <share>', 'detectors: confidence of the matrix (the best F1)', parseNumber)
    .option('--coco-results <file>', 'detectors: write what was found as COCO results with picture names')
    .option('--coco-truth <file>', 'detectors: write what was there as the COCO file of these results')
    .action((options: EvaluateOptions) =>
      runWithStation(installation, options, (context) => evaluate(context, options), { worksJobs: true }),
    );
}

async function evaluate(context: StationContext, options: EvaluateOptions): Promise<Answer> {
  const files = await checkCocoFiles(options);
  const { dataset, pixelRange, imageSize, classNames, conf, iou, maxDet, tile } = options;
  const request = {
    model: toModelReference(options.model),
    dataset,
    ...definedOnly({ pixelRange, imageSize, classNames, conf, iou, maxDet, tile }),
    ...definedOnly({ confusionConfidence: options.confusionConf }),
  };
  const { id, jobId } = await context.client.evaluation.startEvaluation(
    parseInput(startEvaluationSchema, request),
  );
  assertSucceeded(await waitForJob(jobId, context));
  await writeCocoFiles(context, id, files);
  return tellEvaluation(await context.client.evaluation.getEvaluation({ id }));
}

interface CocoPaths {
  readonly results: string | undefined;
  readonly truth: string | undefined;
}

async function checkCocoFiles({ cocoResults, cocoTruth }: EvaluateOptions): Promise<CocoPaths> {
  return {
    results: cocoResults && (await checkOutputFile('--coco-results', cocoResults)),
    truth: cocoTruth && (await checkOutputFile('--coco-truth', cocoTruth)),
  };
}

async function writeCocoFiles(
  { client }: StationContext,
  id: Evaluation['id'],
  { results, truth }: CocoPaths,
): Promise<void> {
  if (results === undefined && truth === undefined) return;
  const files = await client.evaluation.exportCoco({ id });
  if (results !== undefined) writeJsonFile('--coco-results', results, files.results);
  if (truth !== undefined) writeJsonFile('--coco-truth', truth, files.truth);
}

function tellEvaluation({ id, model, dataset, report }: Evaluation): Answer {
  const about = { model, dataset: formatDatasetReference(dataset) };
  const text =
    report.task === 'classification'
      ? describeClassification(report, about)
      : describeDetection(report, about);
  return { document: { evaluation: id, ...about, ...report }, text };
}
