/** `predict`: asks a model about picture files. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import PQueue from 'p-queue';
import type { Prediction } from '../../../../src-preload/contract/deployment.ts';
import { AppError } from '../../../base/app-error.ts';
import { throwIfCancelled } from '../../../base/cancellation.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatPercent, formatTable } from '../answer.ts';
import {
  type CommonOptions,
  exitStatus,
  runWithStation,
  type StationContext,
  tellError,
} from '../command.ts';
import { definedOnly } from '../option-values.ts';

const pictureFaults: ReadonlySet<string> = new Set(['IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE']);
/** Enough to keep the serving worker busy while the next files are read. */
const picturesInFlight = 8;

interface PredictOptions extends CommonOptions {
  readonly model?: string;
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
    .action((images: string[], options: PredictOptions) =>
      runWithStation(installation, options, (context) => predictAll(context, images, options.model)),
    );
}

/** A picture that can not be read takes nothing from the others, but shows in the exit status. */
async function predictAll(
  context: StationContext,
  images: string[],
  model: string | undefined,
): Promise<Answer> {
  const queue = new PQueue({ concurrency: picturesInFlight });
  const outcomes = await queue.addAll(images.map((image) => () => predict(context, image, model)));
  const rows = outcomes.map((outcome) =>
    'error' in outcome
      ? [outcome.image, null, null, outcome.error.message]
      : [outcome.image, outcome.label, formatPercent(outcome.score), `${outcome.model}/${outcome.version}`],
  );
  const hasFailed = outcomes.some((outcome) => 'error' in outcome);
  return {
    document: outcomes,
    text: formatTable(['image', 'label', 'score', 'by'], rows),
    exitStatus: hasFailed ? exitStatus.failure : exitStatus.success,
  };
}

/** What is wrong with the model is wrong for every picture: only a picture's own fault is told beside it. */
async function predict(
  { client, signal }: StationContext,
  image: string,
  model: string | undefined,
): Promise<Outcome> {
  throwIfCancelled(signal);
  try {
    const file = new File([await readPicture(image)], basename(image));
    return { image, ...(await client.deployment.predict({ image: file, ...definedOnly({ model }) })) };
  } catch (error) {
    const told = tellError(error);
    if (!pictureFaults.has(told.code)) throw error;
    process.stderr.write(`fieldstation: ${JSON.stringify(image)}: ${told.message}\n`);
    return { image, error: told };
  }
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
