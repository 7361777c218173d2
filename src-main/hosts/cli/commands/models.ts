/** `models`: what is registered, and which version is the champion. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DeploymentEvent } from '../../../../src-preload/contract/deployment.ts';
import { type Comparison, mainFiguresOf } from '../../../../src-preload/contract/evaluation.ts';
import { importModelSchema } from '../../../../src-preload/contract/registry.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields, formatPercent, formatTable, formatTime } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { definedOnly, parseInteger } from '../option-values.ts';
import { parseInput } from '../parsed-input.ts';

interface ChangeOptions extends CommonOptions {
  readonly reason: string;
}

export function registerModels(program: Command, installation: Installation): void {
  const models = program.command('models').description('registered models and their versions');
  registerReading(models, installation);
  registerImport(models, installation);
  registerPromote(models, installation);
  registerRollback(models, installation);
}

function registerReading(models: Command, installation: Installation): void {
  models
    .command('list')
    .description('versions, newest first')
    .argument('[name]')
    .action((name: string | undefined, options: CommonOptions) =>
      runWithStation(installation, options, (context) => listVersions(context, name)),
    );
  models
    .command('history')
    .description('promotions and rollbacks, newest first')
    .argument('[name]')
    .action((name: string | undefined, options: CommonOptions) =>
      runWithStation(installation, options, (context) => listHistory(context, name)),
    );
}

interface ImportOptions extends CommonOptions {
  readonly name: string;
  readonly classes?: string;
  readonly pixelRange?: string;
  readonly imageSize?: number;
}

function registerImport(models: Command, installation: Installation): void {
  models
    .command('import')
    .description('register a classifier, in a station for detection a detector, from an ONNX file')
    .argument('<file>')
    .requiredOption('--name <name>', 'registered model that the file becomes a version of')
    .option(
      '--classes <names>',
      'in the order of the outputs, with commas between; absent: those in the file',
    )
    .option('--pixel-range <range>', 'of float inputs: 0..255, 0..1, -1..1 or imagenet; 0..1 if absent')
    .option('--image-size <pixels>', 'where the file leaves it open', parseInteger)
    .action((file: string, options: ImportOptions) =>
      runWithStation(installation, options, (context) => importModel(context, file, options)),
    );
}

async function importModel(
  { client }: StationContext,
  file: string,
  { name, classes, pixelRange, imageSize }: ImportOptions,
): Promise<Answer> {
  const classNames = classes?.split(',').map((className) => className.trim());
  const request = { path: resolve(file), name, ...definedOnly({ classNames, pixelRange, imageSize }) };
  const version = await client.registry.importModel(parseInput(importModelSchema, request));
  return {
    document: version,
    text: formatFields({
      imported: `${version.name}/${version.version}`,
      classes: version.classNames.join(', '),
      'image size': `${version.imageSize} px`,
      aliases: version.aliases.join(', ') || null,
    }),
  };
}

function registerPromote(models: Command, installation: Installation): void {
  models
    .command('promote')
    .description('make a version the champion if it is better than the champion on the same test pictures')
    .argument('<name/version>', 'or NAME@challenger')
    .option('--reason <text>', 'kept in the history', '')
    .option('--force', 'whatever the comparison says', false)
    .action((model: string, options: ChangeOptions & { force: boolean }) =>
      runWithStation(
        installation,
        options,
        async ({ client }) =>
          tellEvent(await client.deployment.promote({ model, reason: options.reason, force: options.force })),
        { worksJobs: true },
      ),
    );
}

function registerRollback(models: Command, installation: Installation): void {
  models
    .command('rollback')
    .description('go back to the champion before this one')
    .argument('<name>')
    .option('--version <number>', 'to this version instead', parseInteger)
    .option('--reason <text>', 'kept in the history', '')
    .action((model: string, options: ChangeOptions & { version?: number }) =>
      runWithStation(installation, options, async ({ client }) => {
        const { reason, version } = options;
        return tellEvent(await client.deployment.rollback({ model, reason, ...definedOnly({ version }) }));
      }),
    );
}

async function listVersions({ client }: StationContext, name: string | undefined): Promise<Answer> {
  const versions = await client.registry.listVersions(definedOnly({ name }));
  const rows = versions.map((version) => [
    `${version.name}/${version.version}`,
    version.aliases.join(', ') || null,
    formatPercent(version.metrics.accuracy ?? version.metrics['test/accuracy']),
    version.dataset && `${version.dataset.name}@${version.dataset.version}`,
    version.architecture,
    formatTime(version.createdAt),
  ]);
  const titles = ['model', 'aliases', 'accuracy', 'dataset', 'architecture', 'created'];
  return { document: versions, text: formatTable(titles, rows) };
}

async function listHistory({ client }: StationContext, model: string | undefined): Promise<Answer> {
  const events = await client.deployment.listHistory(definedOnly({ model }));
  const rows = events.map((event) => [
    formatTime(event.at),
    event.kind,
    event.model,
    event.fromVersion,
    event.toVersion,
    event.actor,
    event.reason,
  ]);
  return {
    document: events,
    text: formatTable(['at', 'what', 'model', 'from', 'to', 'who', 'reason'], rows),
  };
}

function tellEvent(event: DeploymentEvent): Answer {
  const { comparison } = event;
  return {
    document: event,
    text: formatFields({
      [event.kind]: event.model,
      from: event.fromVersion,
      to: event.toVersion,
      reason: event.reason || null,
      switched: event.switchMs === null ? null : `in ${Math.round(event.switchMs)} ms`,
      compared: comparison && tellFigures(comparison),
    }),
  };
}

function tellFigures(comparison: Comparison): string {
  const { a, b } = mainFiguresOf(comparison);
  return `${b.name} ${formatPercent(a.value)} → ${formatPercent(b.value)}`;
}
