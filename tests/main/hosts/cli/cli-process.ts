/** For tests: the command line as a process of its own, as a script would use it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const entry = join(import.meta.dirname, '../../../../src-main/hosts/cli/index.ts');

export interface CliAnswer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Parsed stdout; throws unless it is exactly one JSON document. */
  document(): Record<string, unknown>;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliAnswer>;
  /** Resolves with stdout as soon as it matches. */
  said(pattern: RegExp): Promise<RegExpMatchArray>;
}

export function startCli(...args: readonly string[]): CliProcess {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CliAnswer>((resolve) => {
    child.once('close', (status) =>
      resolve({ status, stdout, stderr, document: () => JSON.parse(stdout) as Record<string, unknown> }),
    );
  });
  const said = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(stdout + stderr);
        if (found) resolve(found);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)));
      look();
    });
  return { child, ended, said };
}

export function runCli(...args: readonly string[]): Promise<CliAnswer> {
  return startCli(...args).ended;
}
