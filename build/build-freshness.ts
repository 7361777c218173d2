/** Builds `out/` when it is missing or older than what it is made of. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, runCommand } from './run-command.ts';

const products = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];
const sources = [
  '{src-main,src-preload,src-renderer,resources}/**/*',
  'electron.vite.config.ts',
  'package.json',
  'postcss.config.cjs',
];

/** Ends the process with the build's status if that fails. */
export async function buildIfStale(): Promise<void> {
  if (isFresh()) return;
  console.log('Building the page and the bundles, which takes a few seconds …');
  const status = await runCommand('electron-vite', ['build', '--logLevel', 'warn']);
  if (status !== 0) process.exit(status);
}

function isFresh(): boolean {
  const built = products.map(modifiedAt);
  const changed = globSync(sources, { cwd: projectRoot }).map(modifiedAt);
  return Math.min(...built) >= Math.max(...changed);
}

/** Milliseconds since the epoch, -Infinity for what is not there. */
function modifiedAt(path: string): number {
  return statSync(join(projectRoot, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
