/** Child commands for the build scripts: inherited output, exit status as the answer. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '..');

/** The project's own tools first, so that every script runs on the pinned Node. */
export const toolEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(projectRoot, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
};

/** Runs a command in the project's root and resolves to its exit status (1 where a signal ended it). */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly quiet?: boolean } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...toolEnvironment, ...options.env },
      stdio: options.quiet ? 'ignore' : 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
