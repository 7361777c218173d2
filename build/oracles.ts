/**
 * `npm run test:oracles`: makes the golden values afresh with the reference tools and compares them with the committed
 * ones. Sums in another order differ in the last digits, so numbers may differ a little; the committed files stay.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePython } from './python.ts';
import { projectRoot, runCommand } from './run-command.ts';

const tolerance = 1e-3;

const python = await preparePython();
const scripts = globSync('tests/oracles/**/*.py', { cwd: projectRoot }).sort();
for (const script of scripts) {
  console.log(`oracle ${script}`);
  const status = await runCommand(python, [script]);
  if (status !== 0) process.exit(status);
}
const problems = listChangedFixtures().flatMap(compareWithCommitted);
for (const problem of problems) console.error(problem);
if (problems.length === 0) {
  await runCommand('git', ['checkout', '--quiet', '--', 'tests/fixtures']);
  console.log(`${scripts.length} oracles agree with the committed values to ${tolerance}`);
}
process.exit(problems.length === 0 ? 0 : 1);

function listChangedFixtures(): string[] {
  return git('diff', '--name-only', '--', 'tests/fixtures').split('\n').filter(Boolean);
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 1 << 28 });
}

function compareWithCommitted(file: string): string[] {
  const made: unknown = JSON.parse(readFileSync(join(projectRoot, file), 'utf8'));
  const committed: unknown = JSON.parse(git('show', `HEAD:${file}`));
  const place = findDifference(made, committed, '');
  return place === undefined ? [] : [`${file} differs at ${place}`];
}

/** Path of the first place where two JSON values differ by more than the tolerance. */
function findDifference(a: unknown, b: unknown, path: string): string | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= tolerance * (1 + Math.abs(b)) ? undefined : `${path}: expected ${b}, made ${a}`;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b ? undefined : `${path}: expected ${String(b)}, made ${String(a)}`;
  }
  const made = new Map(Object.entries(a));
  const committed = new Map(Object.entries(b));
  for (const key of new Set([...made.keys(), ...committed.keys()])) {
    const difference = findDifference(made.get(key), committed.get(key), `${path}/${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
