/** `dataset`: makes, lists and compares immutable dataset versions. */
import type { Command } from 'commander';
import type {
  DatasetStatistics,
  DatasetVersion,
  SplitCounts,
} from '../../../../src-preload/contract/dataset.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatBytes, formatFields, formatTable, formatTime } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { collect, definedOnly, parseFractions, parseInteger } from '../option-values.ts';

interface CreateOptions extends CommonOptions {
  readonly splits?: [number, number, number];
  readonly seed: number;
  readonly source?: string[];
}

export function registerDataset(program: Command, installation: Installation): void {
  const dataset = program.command('dataset').description('immutable versions of the labelled pictures');
  registerCreate(dataset, installation);
  registerReading(dataset, installation);
  registerDifference(dataset, installation);
}

function registerCreate(dataset: Command, installation: Installation): void {
  dataset
    .command('create')
    .description('freeze the labelled pictures into a new version')
    .argument('<name>')
    .option(
      '--splits <train,val,test>',
      'shares that sum to 1; absent: splits that came with the pictures are kept',
      parseFractions,
    )
    .option('--seed <number>', 'of the draw', parseInteger, 0)
    .option('--source <name>', 'only pictures from this source; may be given more than once', collect)
    .action((name: string, options: CreateOptions) =>
      runWithStation(installation, options, (context) => createVersion(context, name, options)),
    );
}

function registerReading(dataset: Command, installation: Installation): void {
  dataset
    .command('list')
    .description('all versions, newest first')
    .argument('[name]')
    .action((name: string | undefined, options: CommonOptions) =>
      runWithStation(installation, options, (context) => listVersions(context, name)),
    );
  dataset
    .command('show')
    .description('one version')
    .argument('<name[@version]>')
    .action((reference: string, options: CommonOptions) =>
      runWithStation(installation, options, async ({ client }) =>
        tellVersion(await client.dataset.getVersion({ reference })),
      ),
    );
  dataset
    .command('stats')
    .description('counts, sizes and warnings')
    .argument('<name[@version]>')
    .action((reference: string, options: CommonOptions) =>
      runWithStation(installation, options, async ({ client }) =>
        tellStatistics(await client.dataset.getStatistics({ reference })),
      ),
    );
}

function registerDifference(dataset: Command, installation: Installation): void {
  dataset
    .command('diff')
    .description('what changed since the parent, or since --from')
    .argument('<name[@version]>')
    .option('--from <version>', 'number of the version to compare with', parseInteger)
    .action((reference: string, options: CommonOptions & { from?: number }) =>
      runWithStation(installation, options, (context) => tellDifference(context, reference, options.from)),
    );
}

async function createVersion(
  { client }: StationContext,
  name: string,
  options: CreateOptions,
): Promise<Answer> {
  const { splits, seed, source } = options;
  return tellVersion(
    await client.dataset.createVersion({ name, seed, ...definedOnly({ splits, sources: source }) }),
  );
}

function tellVersion(version: DatasetVersion): Answer {
  const { name, parentVersion, counts, classNames, digest, createdAt } = version;
  return {
    document: version,
    text: formatFields({
      dataset: `${name}@${version.version}`,
      parent: parentVersion === null ? null : `${name}@${parentVersion}`,
      ...counts,
      classes: classNames.join(', '),
      digest,
      created: formatTime(createdAt),
    }),
  };
}

async function listVersions({ client }: StationContext, name: string | undefined): Promise<Answer> {
  const versions = await client.dataset.listVersions(definedOnly({ name }));
  const rows = versions.map((version) => [
    `${version.name}@${version.version}`,
    ...countCells(version.counts),
    version.classNames.length,
    formatTime(version.createdAt),
  ]);
  return {
    document: versions,
    text: formatTable(['dataset', 'train', 'val', 'test', 'classes', 'created'], rows),
  };
}

async function tellDifference(
  { client }: StationContext,
  reference: string,
  from: number | undefined,
): Promise<Answer> {
  const difference = await client.dataset.getDifference({ reference, ...definedOnly({ from }) });
  const { changes, ...counts } = difference;
  return { document: difference, text: formatFields(counts) };
}

function tellStatistics(statistics: DatasetStatistics): Answer {
  const titles = ['class', 'train', 'val', 'test'];
  const classes = statistics.classes.map(({ className, counts }) => [className, ...countCells(counts)]);
  const sources = statistics.sources.map(({ source, counts }) => [source, ...countCells(counts)]);
  const fields = {
    dataset: `${statistics.name}@${statistics.version}`,
    total: statistics.total,
    size: formatBytes(statistics.sizeBytes),
    width: formatRange(statistics.width),
    height: formatRange(statistics.height),
    imbalance: statistics.imbalance,
  };
  const tables = [formatTable(titles, classes), formatTable(['source', ...titles.slice(1)], sources)];
  const warnings = statistics.warnings.map((warning) => `warning: ${warning}`);
  return { document: statistics, text: [formatFields(fields), ...tables, ...warnings].join('\n\n') };
}

function countCells({ train, val, test }: SplitCounts): number[] {
  return [train, val, test];
}

function formatRange({ min, median, max }: { min: number; median: number; max: number }): string {
  return `${min} to ${max} px, median ${median}`;
}
