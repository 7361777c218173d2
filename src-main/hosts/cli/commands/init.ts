/** `init`: makes a data folder for a task and its classes. */
import type { Command } from 'commander';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { parseList } from '../option-values.ts';

interface InitOptions extends CommonOptions {
  readonly task: string;
  readonly classes?: string[];
}

export function registerInit(program: Command, installation: Installation): void {
  program
    .command('init')
    .description('make a data folder for a task and its classes')
    .option('--task <task>', 'what the models are to do: classification', 'classification')
    .option('--classes <a,b,…>', 'names of the classes; an import adds those of its folders', parseList)
    .action((options: InitOptions) => {
      return runWithStation(installation, options, (context) => initialize(context, options), {
        create: true,
      });
    });
}

async function initialize({ client, dataDir }: StationContext, options: InitOptions): Promise<Answer> {
  if (options.task !== 'classification') {
    throw new AppError(
      'INPUT_INVALID',
      `--task: expected classification, got ${JSON.stringify(options.task)}`,
    );
  }
  const before = (await client.annotation.listClasses()).map((known) => known.name);
  await addClasses(client, dataDir, before, options.classes ?? []);
  const classes = (await client.annotation.listClasses()).map((known) => known.name);
  const document = { dataDir, task: options.task, classes };
  return { document, text: formatFields({ ...document, classes: classes.join(', ') }) };
}

/** The same words again are no mistake; other words for a station that has classes are. */
async function addClasses(
  client: StationClient,
  dataDir: string,
  before: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  const isSame = wanted.length === before.length && wanted.every((name) => before.includes(name));
  if (wanted.length === 0 || isSame) return;
  if (before.length > 0) {
    throw new AppError(
      'STATION_ALREADY_INITIALIZED',
      `${dataDir} is a station with the classes ${before.join(', ')}, got ${wanted.join(', ')}: leave --classes out, or take another --data-dir`,
      { data: { dataDir, classes: before } },
    );
  }
  for (const name of wanted) await client.annotation.addClass({ name });
}
