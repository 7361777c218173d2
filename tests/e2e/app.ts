/** One station with its page in a real Chromium for each test, on a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Page } from 'playwright/test';
import sharp from 'sharp';
import { createRandom } from '../../src-main/base/random.ts';
import type { Task } from '../../src-preload/contract/task.ts';

const cli = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');

export interface App {
  readonly page: Page;
  /** Folder for files that are no part of the station. */
  readonly folder: string;
  /** Ends the station as a power cut would, starts it again on the same data and the same port, and reloads. */
  restart(): Promise<void>;
  /** What the page or the network complained of since the start. */
  readonly complaints: readonly string[];
}

interface RunningStation {
  readonly process: ChildProcess;
  readonly loginAddress: string;
  readonly port: number;
}

export const test = base.extend<{ app: App; task: Task }>({
  task: ['classification', { option: true }],
  app: async ({ page, task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'fieldstation-e2e-'));
    const dataDir = join(folder, 'station');
    await runCommand(['init', '--task', task, '--data-dir', dataDir]);
    let station = await start(dataDir, 0);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(station.loginAddress);
    await expect(page.getByTestId('connection-state')).toHaveText('Connected');
    await use({
      page,
      folder,
      complaints,
      restart: async () => {
        await kill(station.process);
        station = await start(dataDir, station.port);
        await page.goto(station.loginAddress);
      },
    });
    await kill(station.process);
    await rm(folder, { recursive: true, force: true });
  },
});

export { expect };

async function start(dataDir: string, port: number): Promise<RunningStation> {
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--port', String(port), '--json', '--data-dir', dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const { loginAddress } = JSON.parse(line) as { loginAddress: string };
    return { process: child, loginAddress, port: Number(new URL(loginAddress).port) };
  }
  throw new Error('the station ended before it served');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function runCommand(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit' });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
}

export type Pattern = 'stripes' | 'dots';

/** Pictures that a small model tells apart after seconds: stripes or dots in any colour. */
export async function drawPatterns(folder: string, pattern: Pattern, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (let index = 0; index < count; index++) {
    const file = join(folder, `${pattern} ${index + 1}.png`);
    await writeFile(file, await drawPattern(pattern, index));
    files.push(file);
  }
  return files;
}

function drawPattern(pattern: Pattern, seed: number): Promise<Buffer> {
  const random = createRandom(seed, pattern);
  const color = () => `hsl(${random.integer(0, 359)} 70% ${random.integer(30, 70)}%)`;
  const ink = color();
  const marks = Array.from({ length: 7 }, (_, index) =>
    pattern === 'stripes'
      ? `<rect x="${index * 10}" width="4" height="64" fill="${ink}"/>`
      : `<circle cx="${random.integer(4, 60)}" cy="${random.integer(4, 60)}" r="5" fill="${ink}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="${color()}"/>${marks.join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** Drops files and folders on the page as a hand would, through the browser's own drag and drop. */
export async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 700, y: 400, data });
  // A browser under load may take the drop before the page has said that it takes files: then a person drops again.
  await expect(async () => {
    await send('dragEnter');
    await send('dragOver');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    await send('dragOver');
    await send('drop');
    await expect(page.getByTestId('drop-cover')).toBeHidden({ timeout: 2_000 });
  }).toPass();
  await session.detach();
}
