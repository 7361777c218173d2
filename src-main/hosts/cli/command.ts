/** Runs one command: opens a station, does the work, prints one answer or one error, gives an exit status. */

import { ORPCError } from '@orpc/client';
import type { StationClient } from '../../../src-preload/contract/index.ts';
import { fromCallError } from '../../api/call-error.ts';
import { AppError } from '../../base/app-error.ts';
import { CancelledError, isCancellation } from '../../base/cancellation.ts';
import { systemClock } from '../../base/clock.ts';
import { resolveDataDir } from '../data-folder.ts';
import type { Installation } from '../installation.ts';
import { onAskedToEnd } from '../process-end.ts';
import type { Answer } from './answer.ts';
import { createProgressDisplay, type ProgressDisplay } from './progress.ts';
import { openStationAccess } from './station-access.ts';

export const exitStatus = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Given with every command. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
}

export interface CommandContext {
  readonly installation: Installation;
  readonly dataDir: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
}

export interface StationContext extends CommandContext {
  readonly client: StationClient;
  readonly isRemote: boolean;
}

export interface StationNeeds {
  readonly create?: boolean;
  readonly worksJobs?: boolean;
}

/** A command that talks to a station. */
export function runWithStation(
  installation: Installation,
  options: CommonOptions,
  work: (context: StationContext) => Promise<Answer>,
  needs: StationNeeds = {},
): Promise<void> {
  return runCommand(installation, options, async (context) => {
    const access = await openStationAccess({
      ...context,
      create: needs.create ?? false,
      worksJobs: needs.worksJobs ?? false,
    });
    try {
      return await work({ ...context, client: access.client, isRemote: access.isRemote });
    } finally {
      await access.close();
    }
  });
}

/** Any command. Ends the process: what a library left open must not hold it. */
export async function runCommand(
  installation: Installation,
  options: CommonOptions,
  work: (context: CommandContext) => Promise<Answer>,
): Promise<void> {
  const interruption = new AbortController();
  onAskedToEnd(() => interruption.abort(new CancelledError('interrupted')));
  const progress = createProgressDisplay(process.stderr, systemClock);
  const dataDir = resolveDataDir(options.dataDir);
  const status = await work({ installation, dataDir, signal: interruption.signal, progress }).then(
    (answer) => printAnswer(answer, options),
    (error: unknown) => {
      progress.clear();
      return printError(error, options);
    },
  );
  await flush();
  process.exit(status);
}

function printAnswer(answer: Answer, { json }: CommonOptions): number {
  if (json) process.stdout.write(`${JSON.stringify(answer.document, null, 2)}\n`);
  else if (answer.text !== '') process.stdout.write(`${answer.text}\n`);
  return answer.exitStatus ?? exitStatus.success;
}

/** One line on stderr; with `--json` also the one document of stdout. */
export function printError(error: unknown, { json }: CommonOptions): number {
  const told = tellError(error);
  process.stderr.write(`fieldstation: ${told.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`);
  return isCancellation(error) ? exitStatus.interrupted : exitStatus.failure;
}

/** What is said about an error, for machines; a bug's stack goes to stderr where asked for. */
export function tellError(error: unknown): { code: string; message: string; data?: unknown } {
  const told = fromCallError(error);
  if (told instanceof AppError) return told.toRecord();
  if (isCancellation(told)) return { code: 'CANCELLED', message: messageOf(told) };
  if (told instanceof ORPCError) return { code: told.code, message: told.message };
  if (process.env.FIELDSTATION_DEBUG && told instanceof Error) process.stderr.write(`${told.stack}\n`);
  return { code: 'BUG', message: messageOf(told) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A pipe takes its time: an exit before that would cut the document off. */
function flush(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => process.stderr.write('', () => resolve())));
}
