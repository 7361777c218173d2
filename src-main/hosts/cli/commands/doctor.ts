/** `doctor`: what this machine offers, whether the store is whole, and the way back if it is not. */
import type { Command } from 'commander';
import type { Health, ProviderReport, Snapshot } from '../../../../src-preload/contract/system.ts';
import { AppError } from '../../../base/app-error.ts';
import { systemClock } from '../../../base/clock.ts';
import { locateFolder } from '../../../store/folder.ts';
import { restoreSnapshot } from '../../../store/restore.ts';
import { listSnapshots } from '../../../store/snapshots.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatBytes, formatFields, formatTable, formatTime } from '../answer.ts';
import { type CommandContext, type CommonOptions, exitStatus, runCommand, tellError } from '../command.ts';
import { openStationAccess } from '../station-access.ts';

interface DoctorOptions extends CommonOptions {
  readonly restore?: string;
}

interface Findings {
  readonly health: Health;
  readonly providers: readonly ProviderReport[];
  readonly database: Health['database'];
  readonly snapshots: readonly Snapshot[];
}

export function registerDoctor(program: Command, installation: Installation): void {
  program
    .command('doctor')
    .description('look at the machine, the providers and the store; --restore puts a snapshot in place')
    .option('--restore <file>', 'a snapshot, by path or by name')
    .action((options: DoctorOptions) =>
      runCommand(installation, options, (context) =>
        options.restore === undefined ? examine(context) : restore(context, options.restore),
      ),
    );
}

async function restore({ dataDir }: CommandContext, file: string): Promise<Answer> {
  const restoration = restoreSnapshot(dataDir, file, systemClock);
  return {
    document: { restored: restoration.snapshot, aside: restoration.aside ?? null },
    text: formatFields({ restored: restoration.snapshot, 'damaged kept in': restoration.aside }),
  };
}

/** A damaged store is a finding, with a way back; a full disk is no damage, and a snapshot no help against it. */
async function examine(context: CommandContext): Promise<Answer> {
  try {
    return tellFindings(context, await collectFindings(context));
  } catch (error) {
    const isDamage = error instanceof AppError && error.code === 'STORE_CORRUPT';
    if (!isDamage) throw error;
    return tellDamage(context, error);
  }
}

async function collectFindings(context: CommandContext): Promise<Findings> {
  const access = await openStationAccess({ ...context, create: false, worksJobs: false });
  try {
    const { system } = access.client;
    const providers = await system.probeProviders();
    const database = await system.checkIntegrity();
    return { providers, database, health: await system.getHealth(), snapshots: await system.listSnapshots() };
  } finally {
    await access.close();
  }
}

function tellFindings(
  { dataDir }: CommandContext,
  { health, providers, database, snapshots }: Findings,
): Answer {
  const isWell = database.integrity === 'ok';
  const document = {
    node: health.node,
    version: health.version,
    platform: health.platform,
    cpu: health.cpu,
    memory: health.memory,
    dataDir,
    disk: health.disk,
    database,
    providers,
    chosenProvider: health.chosenProvider,
    convolutionForms: health.convolutionForms,
    snapshots,
  };
  const machine = formatFields({
    fieldstation: health.version,
    node: health.node,
    platform: health.platform,
    cpu: `${health.cpu.cores} × ${health.cpu.model}`,
    memory: `${formatBytes(health.memory.freeBytes)} free of ${formatBytes(health.memory.totalBytes)}`,
    'data folder': dataDir,
    disk: `${formatBytes(health.disk.freeBytes)} free; database ${formatBytes(health.disk.databaseBytes)}, ${health.disk.blobs} blobs of ${formatBytes(health.disk.blobsBytes)}`,
    database: `schema ${database.schemaVersion}, ${isWell ? 'whole' : 'DAMAGED'}`,
    'auto means': health.chosenProvider,
    'convolution forms': describeForms(health.convolutionForms),
  });
  const problems = database.problems.map((problem) => `  ${problem}`);
  const providerRows = providers.map(({ name, isUsable, reason }) => [name, isUsable ? 'yes' : 'no', reason]);
  const ampRows = providers
    .filter(({ isUsable }) => isUsable)
    .map(({ name, amp }) => [name, amp.isUsable ? 'yes' : 'no', amp.reason]);
  const parts = [
    machine,
    ...problems,
    formatTable(['provider', 'usable', 'why'], providerRows),
    formatTable(['provider', 'mixed precision', 'why'], ampRows),
    formatSnapshots(snapshots),
  ];
  return { document, text: parts.join('\n\n'), exitStatus: isWell ? exitStatus.success : exitStatus.failure };
}

function describeForms({ timed, untimed }: Health['convolutionForms']): string {
  if (timed + untimed === 0) return 'none timed yet: the next larger training does';
  const left = untimed > 0 ? `, ${untimed} left by rule for want of time` : '';
  return `${timed} gradients timed${left}; convolution-forms.json holds them, without it they are timed anew`;
}

function tellDamage({ dataDir }: CommandContext, error: AppError): Answer {
  const snapshots = listSnapshots(locateFolder(dataDir));
  const advice = 'doctor --restore FILE puts one in place and keeps the damaged database aside.';
  return {
    document: {
      dataDir,
      error: tellError(error),
      database: { integrity: 'damaged', problems: [error.message] },
      snapshots,
    },
    text: [error.message, formatSnapshots(snapshots), advice].join('\n\n'),
    exitStatus: exitStatus.failure,
  };
}

function formatSnapshots(snapshots: readonly Snapshot[]): string {
  if (snapshots.length === 0) return 'no snapshots yet';
  const rows = snapshots.map(({ file, createdAt, sizeBytes, reason }) => [
    file,
    formatTime(createdAt),
    formatBytes(sizeBytes),
    reason,
  ]);
  return formatTable(['snapshot', 'taken', 'size', 'reason'], rows);
}
