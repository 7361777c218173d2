/**
 * The labelling desk with 2,000 boxes on a picture: frame times in a real Chromium while a box is drawn, moved and the
 * picture is dragged along, and the time from a stroke to its durable row: from the pen's leaving the canvas to the
 * time that the row bears, to the page's showing that it is kept, and of the call alone, commit and all. Figures, not ratios: there is no peer here that could be run
 * beside it; the page without boxes is the measure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { createRandom } from '../../src-main/base/random.ts';
import type { BoxId, ImageHash } from '../../src-preload/contract/ids.ts';

const boxCount = 2_000;
const strokes = 100;
const drawn = 40;
const cli = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');
const folder = mkdtempSync(join(tmpdir(), 'fieldstation-desk-'));
const dataDir = join(folder, 'station');

await run(['init', '--task', 'detection', '--classes', 'cell', '--data-dir', dataDir]);
await sharp({ create: { width: 2000, height: 1500, channels: 3, background: '#8a8' } })
  .jpeg()
  .toFile(join(folder, 'crowd.jpg'));
await run(['import', join(folder, 'crowd.jpg'), '--data-dir', dataDir]);
const station = await serve();
const browser = await chromium.launch({
  executablePath: process.env.FIELDSTATION_BROWSER ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const hash = await findPicture();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(station.loginAddress);
  await page.evaluate((at) => {
    window.location.hash = `/desk?all=yes&at=${at}`;
  }, hash);
  await page.getByTestId('desk-canvas').waitFor();
  const empty = await measureGestures(page);
  await edit(hash, drawBoxes());
  await page.reload();
  await page
    .getByText(`${boxCount.toLocaleString('en')}`)
    .first()
    .waitFor();
  const crowded = await measureGestures(page);
  for (const gesture of Object.keys(crowded))
    console.log(
      `${gesture}: ${tell(crowded[gesture])} with ${boxCount} boxes, ${tell(empty[gesture])} without`,
    );
  const { untilRow, untilKept } = await measureDrawn(page, hash);
  console.log(
    `pen up to the row, on that picture: ${tell(untilRow)}; to its being shown as kept: ${tell(untilKept)}`,
  );
  await page.close();
  console.log(`call to durable row, on that picture: ${tell(await measureStrokes(hash))}`);
  console.log(
    `load of the machine: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
} finally {
  await browser.close();
  station.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

function drawBoxes() {
  const random = createRandom(1, 'boxes');
  return Array.from({ length: boxCount }, (_, index) => ({
    id: `box${index}` as BoxId,
    className: 'cell',
    x: random.uniform(0, 1950),
    y: random.uniform(0, 1450),
    width: random.uniform(8, 40),
    height: random.uniform(8, 40),
  }));
}

/** Milliseconds between frames while the mouse is dragged. */
async function measureGestures(page: Page): Promise<Record<string, number[]>> {
  const canvas = await page.getByTestId('desk-canvas').boundingBox();
  if (!canvas) throw new Error('the desk has no canvas');
  const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 };
  const drag = async (key: string | null) => {
    await page.mouse.move(middle.x, middle.y);
    if (key) await page.keyboard.down(key);
    await page.mouse.down();
    await startFrames(page);
    for (let step = 0; step < 120; step++) {
      await page.mouse.move(middle.x + 150 * Math.sin(step / 9), middle.y + 120 * Math.cos(step / 7));
    }
    const frames = await stopFrames(page);
    await page.mouse.up();
    if (key) await page.keyboard.up(key);
    return frames;
  };
  const drawing = await drag(null);
  await page.keyboard.press('v');
  await page.keyboard.press('Tab');
  const moving = await drag('Alt');
  const panning = await drag(' ');
  await page.keyboard.press('b');
  return { drawing, moving, panning };
}

async function startFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const frames: number[] = [];
    const record = (at: number) => {
      frames.push(at);
      Object.assign(window, { frames, frameRequest: requestAnimationFrame(record) });
    };
    requestAnimationFrame(record);
  });
}

async function stopFrames(page: Page): Promise<number[]> {
  const moments = await page.evaluate(() => {
    const { frames, frameRequest } = window as unknown as { frames: number[]; frameRequest: number };
    cancelAnimationFrame(frameRequest);
    return frames;
  });
  return moments.slice(1).map((at, index) => at - (moments[index] ?? at));
}

/** Milliseconds from the pointer's release: to the time of the row, and until the page shows that all is kept. */
async function measureDrawn(
  page: Page,
  hash: ImageHash,
): Promise<{ readonly untilRow: number[]; readonly untilKept: number[] }> {
  await page.evaluate(() => {
    const kept = document.querySelector<HTMLElement>('[data-testid="desk-kept"]');
    if (!kept) throw new Error('the desk does not tell what is kept');
    const durations: number[] = [];
    const moments: number[] = [];
    let upAt: number | undefined;
    const release = () => {
      upAt = performance.now();
      moments.push(Date.now());
    };
    window.addEventListener('pointerup', release, true);
    const note = () => {
      if (kept.dataset.waiting !== '0' || upAt === undefined) return;
      durations.push(performance.now() - upAt);
      upAt = undefined;
    };
    new MutationObserver(note).observe(kept, { attributes: true, attributeFilter: ['data-waiting'] });
    Object.assign(window, { durations, moments });
  });
  const area = await page.getByTestId('desk-canvas').boundingBox();
  if (!area) throw new Error('the desk has no canvas');
  for (let stroke = 0; stroke < drawn; stroke++) {
    const x = area.x + 120 + 8 * stroke;
    const y = area.y + 150 + 5 * stroke;
    await page.keyboard.press('Escape');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 15, y + 10);
    await page.mouse.move(x + 30, y + 20);
    await page.mouse.up();
    await page.waitForFunction(
      (count) => (window as unknown as { durations: number[] }).durations.length === count,
      stroke + 1,
    );
  }
  const seen = await page.evaluate(() => {
    const { durations, moments } = window as unknown as { durations: number[]; moments: number[] };
    return { durations, moments };
  });
  const revisions = (await call(`/images/${hash}/revisions`)) as { createdAt: number }[];
  const written = revisions.slice(-drawn).map(({ createdAt }) => createdAt);
  const untilRow = written.map((at, stroke) => at - (seen.moments[stroke] ?? Number.NaN));
  return { untilRow, untilKept: seen.durations };
}

/** Milliseconds from the call to the answer, which comes after the commit. */
async function measureStrokes(hash: ImageHash): Promise<number[]> {
  const durations: number[] = [];
  for (let stroke = 0; stroke < strokes; stroke++) {
    const startedAt = performance.now();
    await edit(hash, [
      { id: 'stroke' as BoxId, className: 'cell', x: 10 + stroke, y: 10, width: 30, height: 30 },
    ]);
    durations.push(performance.now() - startedAt);
  }
  return durations;
}

async function edit(hash: ImageHash, put: readonly object[]): Promise<void> {
  await call(`/images/${hash}/annotation`, { put });
}

async function findPicture(): Promise<ImageHash> {
  const { images } = (await call('/images/query', {})) as { images: { hash: ImageHash }[] };
  if (!images[0]) throw new Error('the picture did not come in');
  return images[0].hash;
}

/** @param body absent: a question that changes nothing */
async function call(path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${station.address}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${station.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function serve() {
  const args = [cli, 'serve', '--port', '0', '--json', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const greeting = JSON.parse(line) as { address: string; loginAddress: string; token: string };
    return { process: child, ...greeting };
  }
  throw new Error('the station ended before it served');
}

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
}

function tell(durations: readonly number[] | undefined): string {
  const sorted = (durations ?? []).toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}
