/** Electron's runtime, which npm does not install: found, fetched within a short time, or told why it is not used. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, toolEnvironment } from './run-command.ts';

export type ElectronRuntime = { readonly executable: string } | { readonly missing: string };

const source = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/';
const reachPatienceMs = 5_000;
const fetchPatienceMs = 5 * 60_000;
const packageDir = join(projectRoot, 'node_modules/electron');

export async function findElectron(): Promise<ElectronRuntime> {
  const obstacle = findObstacle();
  if (obstacle !== undefined) return { missing: obstacle };
  const installed = findExecutable();
  if (installed !== undefined) return { executable: installed };
  if (!(await isReachable(source))) return { missing: `its runtime can not be fetched from ${source}` };
  const fetched = await fetchRuntime();
  return fetched === undefined ? { missing: 'its runtime could not be fetched' } : { executable: fetched };
}

/** What would keep even an installed runtime from showing a window. */
function findObstacle(): string | undefined {
  if (!existsSync(packageDir)) return 'its package is not installed';
  if (process.platform !== 'linux') return undefined;
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display';
  return process.getuid?.() === 0 ? 'it does not run as root' : undefined;
}

function findExecutable(): string | undefined {
  const pathFile = join(packageDir, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(packageDir, 'dist');
  const executable = join(folder, readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : undefined;
}

/** Without a network nobody is to wait for a download that never comes. */
async function isReachable(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(reachPatienceMs) });
    return true;
  } catch {
    return false;
  }
}

async function fetchRuntime(): Promise<string | undefined> {
  console.log('Fetching Electron’s runtime, about 120 MB, once …');
  const child = spawn('install-electron', { cwd: projectRoot, env: toolEnvironment, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), fetchPatienceMs);
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  clearTimeout(timer);
  return findExecutable();
}
