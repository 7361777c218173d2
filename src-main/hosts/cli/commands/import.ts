/** `import`: takes in pictures from files and folders of this machine. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Import, ImportRejection } from '../../../../src-preload/contract/collector.ts';
import { importFormatSchema, importRequestSchema } from '../../../../src-preload/contract/collector.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, exitStatus, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { definedOnly } from '../option-values.ts';
import { parseInput } from '../parsed-input.ts';

interface ImportOptions extends CommonOptions {
  readonly format: string;
  readonly labels?: string;
  readonly split?: string;
  readonly source?: string;
}

const shownRejections = 10;

export function registerImport(program: Command, installation: Installation): void {
  program
    .command('import')
    .description('take in pictures; a folder per class gives labels, loose files come in unlabelled')
    .argument('<path...>', 'files and folders')
    .option('--format <format>', importFormatSchema.options.join(', '), 'auto')
    .option('--labels <file>', 'labels file that belongs to the one idx images file')
    .option('--split <split>', 'keep all these pictures in train, val or test')
    .option('--source <name>', 'where the pictures come from: a camera, a batch, a field')
    .action((paths: string[], options: ImportOptions) => {
      return runWithStation(installation, options, (context) => importPaths(context, paths, options), {
        worksJobs: true,
      });
    });
}

async function importPaths(
  context: StationContext,
  paths: string[],
  options: ImportOptions,
): Promise<Answer> {
  const { client } = context;
  const request = parseInput(importRequestSchema, {
    paths: paths.map((path) => resolve(path)),
    format: options.format,
    ...definedOnly({
      labelsPath: options.labels && resolve(options.labels),
      split: options.split,
      source: options.source,
    }),
  });
  const { id, jobId } = await client.collector.importPaths(request);
  assertSucceeded(await waitForJob(jobId, context));
  const done = await client.collector.getImport({ id });
  return toAnswer(done, await client.collector.listRejections({ id }));
}

function toAnswer(done: Import, rejections: readonly ImportRejection[]): Answer {
  const { id, added, duplicates, rejected, labelled, classesAdded, source } = done;
  const fields = { import: id, source, added, duplicates, rejected, labelled };
  const isInVain = added + duplicates === 0 && rejected > 0;
  const list = rejections
    .slice(0, shownRejections)
    .map(({ path, reason }) => `  ${JSON.stringify(path)}: ${reason}`);
  const more =
    rejections.length > shownRejections ? [`  … and ${rejections.length - shownRejections} more`] : [];
  return {
    document: { ...fields, classesAdded, rejections },
    text: [formatFields({ ...fields, classesAdded: classesAdded.join(', ') || null }), ...list, ...more].join(
      '\n',
    ),
    ...(isInVain && { exitStatus: exitStatus.failure }),
  };
}
