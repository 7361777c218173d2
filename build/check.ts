/** `npm run check`: types of every side, lint and format, import rules, dead code; all of them, then one verdict. */
import { runCommand } from './run-command.ts';

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types of main', 'tsc', '-p', 'tsconfig.main.json'],
  ['types of preload', 'tsc', '-p', 'tsconfig.preload.json'],
  ['types of renderer', 'tsc', '-p', 'tsconfig.renderer.json'],
  ['types of tests', 'tsc', '-p', 'tsconfig.tests.json'],
  ['lint and format', 'biome', 'check', '--error-on-warnings'],
  ['import rules', 'vitest', 'run', 'tests/architecture', '--reporter=dot'],
  ['dead code', 'knip'],
];

const failed: string[] = [];
for (const [name, command, ...args] of checks) {
  const status = await runCommand(command, args);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check: ${failed.join(', ')} failed`);
  process.exit(1);
}
