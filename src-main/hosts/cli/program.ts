/** The command line: every command, with the options that all of them share. */
import { Command } from 'commander';
import type { Installation } from '../installation.ts';
import { registerCompare } from './commands/compare.ts';
import { registerDataset } from './commands/dataset.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerExport } from './commands/export.ts';
import { registerImport } from './commands/import.ts';
import { registerInit } from './commands/init.ts';
import { registerLabel } from './commands/label.ts';
import { registerModels } from './commands/models.ts';
import { registerPredict } from './commands/predict.ts';
import { registerQuality } from './commands/quality.ts';
import { registerQueues } from './commands/queues.ts';
import { registerServe } from './commands/serve.ts';
import { registerTeam } from './commands/team.ts';
import { registerRuns, registerTrain } from './commands/train.ts';
import { registerDemo } from './demo/demo.ts';

const registrations = [
  registerInit,
  registerImport,
  registerLabel,
  registerQuality,
  registerQueues,
  registerTeam,
  registerDataset,
  registerExport,
  registerTrain,
  registerRuns,
  registerEvaluate,
  registerCompare,
  registerModels,
  registerPredict,
  registerServe,
  registerDoctor,
  registerDemo,
] as const;

export function createProgram(installation: Installation): Command {
  const program = new Command('fieldstation')
    .description('Closes the whole retraining loop around a model in use, on one machine.')
    .version(installation.version)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'fieldstation: ')) })
    .exitOverride();
  for (const register of registrations) register(program, installation);
  for (const command of leaves(program)) addCommonOptions(command);
  return program;
}

/** The commands that do something: those without commands below them. */
function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function addCommonOptions(command: Command): void {
  command
    .option(
      '--data-dir <folder>',
      'the station’s data folder (default: $FIELDSTATION_DATA_DIR or ~/.fieldstation)',
    )
    .option('--json', 'answer with one JSON document on stdout');
}
