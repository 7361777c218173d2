/** `export`: writes a dataset version for other tools. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type DatasetExport, exportRequestSchema } from '../../../../src-preload/contract/dataset.ts';
import { exportFormatSchema } from '../../../../src-preload/contract/format.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { parseInput } from '../parsed-input.ts';

interface ExportOptions extends CommonOptions {
  readonly dataset: string;
  readonly format: string;
  readonly out: string;
  readonly overwrite?: boolean;
}

export function registerExport(program: Command, installation: Installation): void {
  program
    .command('export')
    .description('write a dataset version, or one of its splits, with its pictures for other tools')
    .requiredOption('--dataset <name[@version][/split]>', 'what to write')
    .requiredOption('--format <format>', exportFormatSchema.options.join(', '))
    .requiredOption('--out <folder>', 'empty, or not there yet')
    .option('--overwrite', 'replace whatever the folder holds')
    .action((options: ExportOptions) => {
      return runWithStation(installation, options, (context) => exportVersion(context, options), {
        worksJobs: true,
      });
    });
}

async function exportVersion(context: StationContext, options: ExportOptions): Promise<Answer> {
  const request = parseInput(exportRequestSchema, {
    reference: options.dataset,
    format: options.format,
    folder: resolve(options.out),
    overwrite: options.overwrite ?? false,
  });
  const { id, jobId } = await context.client.dataset.exportVersion(request);
  assertSucceeded(await waitForJob(jobId, context));
  return toAnswer(await context.client.dataset.getExport({ id }));
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
