/** `init`: makes a data folder for a task and its classes. */
import type { Command } from 'commander';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import { type Task, taskSchema } from '../../../../src-preload/contract/task.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { parseList } from '../option-values.ts';

interface InitOptions extends CommonOptions {
  readonly task?: string;
  readonly classes?: string[];
}

export function registerInit(program: Command, installation: Installation): void {
  program
    .command('init')
    .description('make a data folder for a task and its classes')
    .option('--task <task>', 'what the models are to do: classification (the default) or detection')
    .option('--classes <a,b,…>', 'names of the classes; an import adds those of its folders', parseList)
    .action((options: InitOptions) => {
      return runWithStation(installation, options, (context) => initialize(context, options), {
        create: true,
      });
    });
}

async function initialize({ client, dataDir }: StationContext, options: InitOptions): Promise<Answer> {
  const task = await setTask(client, dataDir, options.task);
  const before = (await client.annotation.listClasses()).map((known) => known.name);
  await addClasses(client, dataDir, before, options.classes ?? []);
  const classes = (await client.annotation.listClasses()).map((known) => known.name);
  const document = { dataDir, task, classes };
  return { document, text: formatFields({ ...document, classes: classes.join(', ') }) };
}

/** Datasets and models are for one task: a station that has datasets keeps its own. */
async function setTask(client: StationClient, dataDir: string, wanted: string | undefined): Promise<Task> {
  const { task } = await client.system.getSettings();
  const parsed = taskSchema.safeParse(wanted ?? task);
  if (!parsed.success) {
    const expected = taskSchema.options.join(' or ');
    throw new AppError('INPUT_INVALID', `--task: expected ${expected}, got ${JSON.stringify(wanted)}`);
  }
  if (parsed.data === task) return task;
  if ((await client.dataset.listVersions({})).length > 0) {
    throw new AppError(
      'STATION_ALREADY_INITIALIZED',
      `${dataDir} is a station for ${task} with datasets, got --task ${parsed.data}: leave --task out, or take another --data-dir`,
      { data: { dataDir, task } },
    );
  }
  return (await client.system.updateSettings({ task: parsed.data })).task;
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
