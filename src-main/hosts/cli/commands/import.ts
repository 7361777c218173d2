/** `import`: takes in pictures from files and folders of this machine. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Import, ImportRejection } from '../../../../src-preload/contract/collector.ts';
import { importFormatSchema, importRequestSchema } from '../../../../src-preload/contract/collector.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields, formatTable } from '../answer.ts';
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
    .description(
      'take in pictures; label files of other tools or a folder per class give labels, loose files come in unlabelled',
    )
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
  const log = await client.jobs.listLog({ id: jobId });
  const warnings = log.filter(({ level }) => level === 'warn').map(({ message }) => message);
  return toAnswer(done, await client.collector.listRejections({ id }), warnings);
}

function toAnswer(done: Import, rejections: readonly ImportRejection[], warnings: readonly string[]): Answer {
  const { id, jobId: _, startedAt: __, endedAt: ___, classes, classesAdded, ...counts } = done;
  const { added, duplicates, rejected, boxes, clipped, faults, predicted, background, ...rest } = counts;
  const always = { import: id, ...rest, added, duplicates, rejected };
  const boxCounts = { boxes, clipped, background, predicted, faults };
  const isInVain = added + duplicates === 0 && rejected > 0;
  const list = rejections.slice(0, shownRejections).map(tellRejection);
  const more =
    rejections.length > shownRejections ? [`  … and ${rejections.length - shownRejections} more`] : [];
  const fields = { ...always, ...(boxes + faults + predicted > 0 && boxCounts) };
  const rows = classes.map(({ className, pictures, boxes: count }) => [className, pictures, count]);
  const table = boxes > 0 ? [formatTable(['class', 'pictures', 'boxes'], rows)] : [];
  const head = formatFields({ ...fields, classesAdded: classesAdded.join(', ') || null });
  return {
    document: { ...always, ...boxCounts, classes, classesAdded, warnings, rejections },
    text: [head, ...table, ...warnings.map((text) => `warning: ${text}`), ...list, ...more].join('\n'),
    ...(isInVain && { exitStatus: exitStatus.failure }),
  };
}

function tellRejection({ path, place, reason }: ImportRejection): string {
  return `  ${JSON.stringify(path)}${place === null ? '' : `, ${place}`}: ${reason}`;
}
