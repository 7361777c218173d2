/** `npm run bench [name]`: every bench under tests/bench, each a ratio against a peer in the same run. */
import { globSync } from 'node:fs';
import { preparePython } from './python.ts';
import { projectRoot, runCommand } from './run-command.ts';

const wanted = process.argv[2] ?? '';
const python = await preparePython();
const benches = globSync('tests/bench/*.bench.ts', { cwd: projectRoot })
  .filter((file) => file.includes(wanted))
  .sort();
let worst = 0;
for (const bench of benches) {
  console.log(`\n== ${bench}`);
  worst ||= await runCommand('node', [bench], { env: { FIELDSTATION_PYTHON: python } });
}
process.exit(worst);
