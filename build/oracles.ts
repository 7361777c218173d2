/** `npm run test:oracles`: makes the golden values afresh with the reference tools and fails if a committed one differs. */
import { globSync } from 'node:fs';
import { preparePython } from './python.ts';
import { projectRoot, runCommand } from './run-command.ts';

const python = await preparePython();
const scripts = globSync('tests/oracles/**/make_*.py', { cwd: projectRoot }).sort();
for (const script of scripts) {
  console.log(`oracle ${script}`);
  const status = await runCommand(python, [script]);
  if (status !== 0) process.exit(status);
}
const changed = await runCommand('git', ['diff', '--exit-code', '--stat', '--', 'tests/fixtures']);
console.log(
  changed === 0 ? `${scripts.length} oracles agree with the committed values` : 'golden values differ',
);
process.exit(changed);
