/** Runs the program that the words of the command line ask for. */
import { CommanderError } from 'commander';
import { locateInstallation } from '../installation.ts';
import { exitStatus } from './command.ts';
import { withDashes } from './option-values.ts';
import { createProgram } from './program.ts';

/** @param entryUrl `import.meta.url` of the entry file */
export async function runProgram(entryUrl: string): Promise<void> {
  try {
    await createProgram(locateInstallation(entryUrl)).parseAsync(withDashes(process.argv));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = tellUsage(error);
  }
}

/** Commander has written its sentence to stderr, or the help that was asked for to stdout. */
function tellUsage(error: CommanderError): number {
  if (error.exitCode === 0) return exitStatus.success;
  if (process.argv.includes('--json')) {
    const message = error.message.replace(/^error: /, '');
    console.log(JSON.stringify({ error: { code: 'INPUT_INVALID', message } }, null, 2));
  }
  return exitStatus.usage;
}
