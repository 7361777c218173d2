/** The Python that oracles and bench peers run in: a virtual environment outside the repository, made on first use. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const packages = [
  'torch==2.13.0',
  'numpy',
  'scipy',
  'scikit-learn',
  'onnx',
  'pycocotools',
  'tidecv',
  'faster-coco-eval',
  'datumaro',
  'label-studio-sdk',
  'cleanlab',
];

/** Path of the interpreter; `FIELDSTATION_PYTHON` names one that has the packages already. */
export async function preparePython(): Promise<string> {
  if (process.env.FIELDSTATION_PYTHON) return process.env.FIELDSTATION_PYTHON;
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fieldstation', 'python');
  const python = join(folder, 'bin', 'python');
  // An environment of an earlier list lacks what was added since.
  const ready = join(folder, `ready-with-${packages.length}`);
  if (!existsSync(ready)) {
    const made =
      (await runCommand('python3', ['-m', 'venv', folder])) ||
      (await runCommand(python, ['-m', 'pip', 'install', '--quiet', ...packages])) ||
      (await runCommand('touch', [ready]));
    if (made !== 0) throw new Error(`could not prepare Python with ${packages.join(', ')} in ${folder}`);
  }
  return python;
}
