/** `predict`: asks a model about picture files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import type { Command } from 'commander';
import PQueue from 'p-queue';
import type {
  AskedDetection,
  DetectionPrediction,
  Prediction,
} from '../../../../src-preload/contract/deployment.ts';
import { AppError } from '../../../base/app-error.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import { drawBoxes } from '../../../vision/draw-boxes.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatPercent, formatTable } from '../answer.ts';
import {
  type CommonOptions,
  exitStatus,
  runWithStation,
  type StationContext,
  tellError,
} from '../command.ts';
import { definedOnly, parseInteger, parseNumber } from '../option-values.ts';

const pictureFaults: ReadonlySet<string> = new Set(['IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE']);
/** Enough to keep the serving worker busy while the next files are read. */
const picturesInFlight = 8;

interface PredictOptions extends CommonOptions, AskedDetection {
  readonly model?: string;
  readonly outDir?: string;
}

type Outcome =
  | ({ readonly image: string } & Prediction)
  | { readonly image: string; readonly error: { readonly code: string; readonly message: string } };

export function registerPredict(program: Command, installation: Installation): void {
  program
    .command('predict')
    .description('ask a model about pictures')
    .argument('<image...>', 'picture files')
    .option('--model <reference>', 'NAME, NAME@ALIAS or NAME/VERSION; absent: the only deployed model')
    .option('--conf <score>', 'detection: boxes below it are left out', parseNumber)
    .option('--iou <share>', 'detection: overlap from which the surer of two of a class stays', parseNumber)
    .option('--max-det <number>', 'detection: boxes of one picture', parseInteger)
    .option(
      '--tile <pixels>',
      'detection: side of the tiles in which large pictures are looked at',
      parseInteger,
    )
    .option('--out-dir <folder>', 'detection: puts copies of the pictures with their boxes drawn there')
    .action((images: string[], options: PredictOptions) =>
      runWithStation(installation, options, (context) => predictAll(context, images, options)),
    );
}

/** A picture that can not be read takes nothing from the others, but shows in the exit status. */
async function predictAll(
  context: StationContext,
  images: string[],
  options: PredictOptions,
): Promise<Answer> {
  const queue = new PQueue({ concurrency: picturesInFlight });
  const drawTo = options.outDir === undefined ? undefined : await openOutFolder(options.outDir, images);
  const outcomes = await queue.addAll(
    images.map((image) => () => predict(context, image, options, drawTo?.get(image))),
  );
  const hasFailed = outcomes.some((outcome) => 'error' in outcome);
  return {
    document: outcomes,
    text: tellOutcomes(outcomes),
    exitStatus: hasFailed ? exitStatus.failure : exitStatus.success,
  };
}

function tellOutcomes(outcomes: readonly Outcome[]): string {
  if (outcomes.some((outcome) => 'boxes' in outcome)) {
    return formatTable(
      ['image', 'class', 'score', 'x', 'y', 'width', 'height', 'by'],
      outcomes.flatMap(listBoxes),
    );
  }
  const rows = outcomes.map((outcome) => {
    if ('error' in outcome) return [outcome.image, null, null, outcome.error.message];
    if ('boxes' in outcome) return [];
    return [
      outcome.image,
      outcome.label,
      formatPercent(outcome.score),
      `${outcome.model}/${outcome.version}`,
    ];
  });
  return formatTable(['image', 'label', 'score', 'by'], rows);
}

function listBoxes(outcome: Outcome): (string | null)[][] {
  const nothing = [null, null, null, null, null, null];
  if ('error' in outcome) return [[outcome.image, ...nothing, outcome.error.message]];
  if (!('boxes' in outcome)) return [];
  const by = `${outcome.model}/${outcome.version}`;
  if (outcome.boxes.length === 0) return [[outcome.image, ...nothing, by]];
  return outcome.boxes.map(({ className, score, x, y, width, height }) => [
    outcome.image,
    className,
    formatPercent(score),
    ...[x, y, width, height].map((value) => value.toFixed(1)),
    by,
  ]);
}

/** Where each picture's drawing goes: its own name, numbered where two folders have the same. */
async function openOutFolder(folder: string, images: readonly string[]): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true });
  const taken = new Set<string>();
  return new Map(
    images.map((image) => {
      const name = parse(image).name;
      let file = `${name}.jpg`;
      for (let number = 2; taken.has(file); number++) file = `${name}-${number}.jpg`;
      taken.add(file);
      return [image, join(folder, file)];
    }),
  );
}

/** What is wrong with the model is wrong for every picture: only a picture's own fault is told beside it. */
async function predict(
  { client, signal }: StationContext,
  image: string,
  { model, conf, iou, maxDet, tile }: PredictOptions,
  drawTo: string | undefined,
): Promise<Outcome> {
  throwIfCancelled(signal);
  try {
    const bytes = await readPicture(image);
    const file = new File([bytes], basename(image));
    const asked = definedOnly({ model, conf, iou, maxDet, tile });
    const prediction = await client.deployment.predict({ image: file, ...asked });
    if (drawTo !== undefined && 'boxes' in prediction) await writeDrawing(bytes, prediction, drawTo);
    return { image, ...prediction };
  } catch (error) {
    const told = tellError(error);
    if (!pictureFaults.has(told.code)) throw error;
    process.stderr.write(`fieldstation: ${JSON.stringify(image)}: ${told.message}\n`);
    return { image, error: told };
  }
}

async function writeDrawing(bytes: Uint8Array, { boxes }: DetectionPrediction, file: string): Promise<void> {
  const labelled = boxes.map(({ className, score, x, y, width, height }) => {
    return { className, score, left: x, top: y, right: x + width, bottom: y + height };
  });
  await writeFile(file, await drawBoxes(bytes, labelled));
}

function readPicture(image: string): Promise<Buffer<ArrayBuffer>> {
  return readFile(image).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError(
      'IMAGE_UNREADABLE',
      `expected a picture file, got ${JSON.stringify(image)} (${cause.code})`,
      { cause },
    );
  });
}
