/** `export`: writes a dataset version, or the pictures of a state as they are labelled now, for other tools. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type AnnotationState, annotationStateSchema } from '../../../../src-preload/contract/annotation.ts';
import { type DatasetExport, exportRequestSchema } from '../../../../src-preload/contract/dataset.ts';
import { exportFormatSchema } from '../../../../src-preload/contract/format.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { parseInput } from '../parsed-input.ts';

interface ExportOptions extends CommonOptions {
  readonly dataset?: string;
  readonly state?: string;
  readonly format: string;
  readonly out: string;
  readonly overwrite?: boolean;
}

export function registerExport(program: Command, installation: Installation): void {
  program
    .command('export')
    .description(
      'write a dataset version, one of its splits, or pictures as they are labelled now, for other tools',
    )
    .option('--dataset <name[@version][/split]>', 'what to write')
    .option('--state <state>', `or all pictures in a state: ${annotationStateSchema.options.join(', ')}`)
    .requiredOption('--format <format>', exportFormatSchema.options.join(', '))
    .requiredOption('--out <folder>', 'empty, or not there yet')
    .option('--overwrite', 'replace whatever the folder holds')
    .action((options: ExportOptions) => {
      return runWithStation(installation, options, (context) => write(context, options), {
        worksJobs: true,
      });
    });
}

async function write(context: StationContext, options: ExportOptions): Promise<Answer> {
  const { dataset, state } = options;
  if ((dataset === undefined) === (state === undefined)) {
    const got = dataset === undefined ? 'neither' : 'both';
    throw new AppError('INPUT_INVALID', `expected --dataset or --state, got ${got}`, {});
  }
  const target = {
    ...{ format: options.format, folder: resolve(options.out) },
    overwrite: options.overwrite ?? false,
  };
  const { id, jobId } =
    dataset === undefined
      ? await exportState(context, parseInput(annotationStateSchema, state), target)
      : await context.client.dataset.exportVersion(
          parseInput(exportRequestSchema, { reference: dataset, ...target }),
        );
  assertSucceeded(await waitForJob(jobId, context));
  return toAnswer(await context.client.dataset.getExport({ id }));
}

/** @throws {AppError} IMAGES_EMPTY */
async function exportState(
  { client }: StationContext,
  state: AnnotationState,
  target: { readonly format: string; readonly folder: string; readonly overwrite: boolean },
): Promise<DatasetExport> {
  const request = parseInput(exportRequestSchema.omit({ reference: true }), target);
  const { hashes } = await client.images.listImageHashes({ filter: { state } });
  if (hashes.length > 0) return client.dataset.exportPictures({ ...request, imageHashes: hashes });
  throw new AppError('IMAGES_EMPTY', `expected pictures in state ${state}, found none`, {});
}

function toAnswer(done: DatasetExport): Answer {
  const { reference, format, folder, pictures, boxes, renamed, losses } = done;
  const fields = { dataset: reference, format, folder, pictures, boxes, renamed };
  const lost = losses.map(
    ({ what, count, of }) => `lost: ${what}, of ${count} ${of}: ${format} has no place for it`,
  );
  return {
    document: { export: done.id, ...fields, losses },
    text: [formatFields(fields), ...lost].join('\n'),
  };
}
