/** A station as the world meets it: a process of its own, reached over HTTP alone, to be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { onTestFinished } from 'vitest';
import type { JobId } from '../../src-preload/contract/ids.ts';
import type { StationClient } from '../../src-preload/contract/index.ts';
import type { Job } from '../../src-preload/contract/job.ts';

const cliEntry = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');

/** Compiled modules are kept between processes: hundreds of these are started here, in half the time. */
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'fieldstation-compiled') };

export interface ServedStation {
  readonly dataDir: string;
  readonly address: string;
  readonly token: string;
  readonly client: StationClient;
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** In order, as by Ctrl-C. */
  stop(): Promise<void>;
}

/** @throws with what the process wrote where it ends without serving. */
export async function serve(dataDir: string): Promise<ServedStation> {
  const args = [cliEntry, 'serve', '--port', '0', '--json', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const { address, token } = await readGreeting(child);
  const headers = { authorization: `Bearer ${token}` };
  const end = (signal: NodeJS.Signals) => endProcess(child, signal);
  return {
    dataDir,
    address,
    token,
    client: createORPCClient(new RPCLink({ url: `${address}/rpc`, headers })),
    pid: child.pid ?? 0,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
  };
}

/** Killed after the test if it still runs. */
export async function serveForTest(dataDir: string): Promise<ServedStation> {
  const station = await serve(dataDir);
  onTestFinished(() => station.kill());
  return station;
}

/** A folder like the prepared one, for one test to spoil. */
export function copyFolder(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

function readGreeting(child: ChildProcess): Promise<{ address: string; token: string }> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n') && stdout.startsWith('{"address"')) resolve(JSON.parse(stdout));
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('close', (code) => {
      const told = `the station ended with ${code}: ${stdout}${stderr}`;
      // A station that ends by itself under a test is what the test is about, whatever fails first.
      if (code !== null && code !== 0 && stdout !== '') console.error(told);
      reject(new Error(told));
    });
  });
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await closed;
}

/** Asks until the answer will do. @throws when that takes longer than the timeout, with the last answer. */
export async function poll<T>(
  ask: () => Promise<T>,
  isEnough: (answer: T) => boolean,
  { timeoutMs = 120_000, intervalMs = 10 } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (performance.now() > giveUpAt) throw new Error(`still not so: ${JSON.stringify(answer)}`);
    await delay(intervalMs);
  }
}

/** For a station that is being killed: it answers until it is gone. */
export async function repeatUntilRefused(ask: () => Promise<void>): Promise<void> {
  for (let isThere = true; isThere; ) {
    isThere = await ask().then(
      () => true,
      () => false,
    );
  }
}

/** The job once it has ended, however it did. */
export function waitForEnd(client: StationClient, id: JobId, timeoutMs = 240_000): Promise<Job> {
  return poll(
    () => client.jobs.getJob({ id }),
    (job) => job.endedAt !== null,
    { timeoutMs, intervalMs: 25 },
  );
}

/** Processes that the station has started and that live; Linux only. */
export function listWorkerPids(station: ServedStation): number[] {
  const children = readFileSync(`/proc/${station.pid}/task/${station.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

/** What a command answers: exit status, and stdout as the one JSON document that it is to be. */
export interface CommandAnswer {
  readonly status: number | null;
  readonly stderr: string;
  readonly document: unknown;
}

/** Runs a command with `--json`. @throws where stdout is not exactly one JSON document. */
export function runCommand(dataDir: string, ...args: readonly string[]): Promise<CommandAnswer> {
  return startCommand({}, dataDir, ...args).answer;
}

export interface StartedCommand {
  readonly answer: Promise<CommandAnswer>;
  /** As by Ctrl-C. */
  interrupt(): void;
}

/** The same, to be interrupted, or as another user of the machine. */
export function startCommand(
  user: { readonly uid?: number },
  dataDir: string,
  ...args: readonly string[]
): StartedCommand {
  const all = [cliEntry, ...args, '--data-dir', dataDir, '--json'];
  const child = spawn(process.execPath, all, {
    ...user,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { answer: readAnswer(child, args), interrupt: () => child.kill('SIGINT') };
}

function readAnswer(child: ChildProcess, args: readonly string[]): Promise<CommandAnswer> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (status) => {
      try {
        resolve({ status, stderr, document: JSON.parse(stdout) });
      } catch {
        reject(new Error(`expected one JSON document from ${args.join(' ')}, got ${stdout}${stderr}`));
      }
    });
  });
}

/** @throws where the command fails. */
export async function runWell<T = Record<string, unknown>>(
  dataDir: string,
  ...args: readonly string[]
): Promise<T> {
  const { status, stderr, document } = await runCommand(dataDir, ...args);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return document as T;
}
