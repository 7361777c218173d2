/**
 * The Data page on 100,000 pictures in a real Chromium: how soon the first page stands, how long a row that is in view
 * stays blank while the wall is scrolled, what a filter, the map and a selection of everything take. Figures, not
 * ratios: there is no peer here that could be run beside it. A row is blank where one of its tiles shows neither the
 * thumbnail nor what stands in for it: the blurred picture, or its mean colour where the list has not been read so far.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright';
import { fillStation } from './hundred-thousand.ts';

const pictures = 100_000;
/** Of the wall's promise, in milliseconds. */
const longestBlank = 100;
const cli = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');
const folder = mkdtempSync(join(tmpdir(), 'fieldstation-data-page-'));
const dataDir = join(folder, 'station');

/** Ways to go through the wall, each some seconds long. */
const scrolls: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  wheel: async (page) => {
    await page.mouse.move(500, 500);
    for (let step = 0; step < 120; step++) {
      await page.mouse.wheel(0, 400);
      await page.waitForTimeout(16);
    }
  },
  'page down': async (page) => {
    for (let step = 0; step < 25; step++) {
      await page.keyboard.press('PageDown');
      await page.waitForTimeout(100);
    }
  },
  'scroll bar dragged': async (page) => {
    await page.evaluate(async () => {
      const grid = document.querySelector('[data-testid="image-grid"]') as HTMLElement;
      for (let step = 1; step <= 150; step++) {
        grid.scrollTop = (grid.scrollHeight * step) / 150;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
    await page.waitForTimeout(500);
  },
  'jumps to anywhere': async (page) => {
    for (let jump = 0; jump < 12; jump++) {
      await page.evaluate(
        (share) => {
          const grid = document.querySelector('[data-testid="image-grid"]') as HTMLElement;
          grid.scrollTop = grid.scrollHeight * share;
        },
        (jump * 0.37) % 1,
      );
      await page.waitForTimeout(400);
    }
  },
};

const filters = [
  'class=class+3',
  'camera=Maker+Model+1',
  'camera=%40none&labelled=no',
  'annotator=person+3&sort=latest',
  'from=2025-03-01T00%3A00%3A00.000Z&until=2025-04-01T00%3A00%3A00.000Z',
  'sure-from=0.2&sure-to=0.4&sort=uncertain',
  'sort=nameAscending',
  'q=777',
];

const filledFrom = performance.now();
await fillStation(dataDir, pictures);
console.log(`${pictures} rows made in ${((performance.now() - filledFrom) / 1000).toFixed(1)} s`);
const station = await serve();
const browser = await chromium.launch({
  executablePath: process.env.FIELDSTATION_BROWSER ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
let worst = 0;
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(station.loginAddress);
  await page.getByTestId('connection-state').filter({ hasText: 'Connected' }).waitFor();
  console.log(`first page: ${tell(await timeUntilShown(page, () => open(page, '/data')))}`);
  await page.getByTestId('image-grid').focus();
  await page.evaluate(watchRows);
  for (const [name, scroll] of Object.entries(scrolls)) {
    await page.evaluate('window.blankRows.reset()');
    await scroll(page);
    const { longest, rows, frames } = await readRows(page);
    worst = Math.max(worst, longest);
    console.log(
      `${name}: ${rows} rows seen in ${frames} frames, the longest blank one for ${longest.toFixed(0)} ms`,
    );
  }
  for (const search of filters) {
    const took = await timeUntilShown(page, () => open(page, `/data?${search}`));
    const count = await page.getByTestId('image-count').textContent();
    console.log(`filter ${search}: ${count}, shown after ${tell(took)}`);
  }
  await open(page, '/data');
  await page.getByTestId('image-tile').first().waitFor();
  console.log(`map: ${tell(await timeOf(() => openMap(page)))}`);
  console.log(`Ctrl+A over all: ${tell(await timeOf(() => selectAll(page)))}`);
} finally {
  await browser.close();
  station.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
console.log(`longest blank row of all: ${worst.toFixed(0)} ms, at most ${longestBlank} are promised`);
process.exitCode = worst > longestBlank ? 1 : 0;

interface RowWatch {
  reset: () => void;
  read: () => { longest: number; rows: number; frames: number };
}

/** Runs in the page: looks at every frame which rows are in view, and since when each of them is blank. */
function watchRows(): void {
  const grid = document.querySelector('[data-testid="image-grid"]') as HTMLElement;
  let blankSince = new Map<number, number>();
  let seen = new Set<number>();
  let longest = 0;
  let frames = 0;
  const isShown = (tile: Element): boolean => {
    const image = tile.querySelector('img');
    if (image?.complete && image.naturalWidth > 0) return true;
    return ((tile.firstElementChild as HTMLElement | null)?.style.backgroundColor ?? '') !== '';
  };
  const rowsInView = (): Map<number, boolean> => {
    const view = grid.getBoundingClientRect();
    const rows = [...grid.querySelectorAll<HTMLElement>('[data-row-index]')];
    const height = Number(grid.querySelector('[data-row-height]')?.getAttribute('data-row-height'));
    const first = Math.floor(Math.max(0, grid.scrollTop - 4) / height);
    const last = Math.floor((grid.scrollTop + view.height - 8) / height);
    const known = new Map(rows.map((row) => [Number(row.dataset.rowIndex), row]));
    const found = new Map<number, boolean>();
    const end = Number(grid.querySelector('[data-row-count]')?.getAttribute('data-row-count')) - 1;
    for (let index = first; index <= Math.min(last, end); index++) {
      const tiles = [...(known.get(index)?.children ?? [])];
      found.set(index, tiles.length > 0 && tiles.every(isShown));
    }
    return found;
  };
  const look = (): void => {
    const now = performance.now();
    frames += 1;
    const inView = rowsInView();
    for (const [index, shown] of inView) {
      seen.add(index);
      if (!shown) {
        if (!blankSince.has(index)) blankSince.set(index, now);
        longest = Math.max(longest, now - (blankSince.get(index) ?? now));
      } else {
        const since = blankSince.get(index);
        if (since !== undefined) longest = Math.max(longest, now - since);
        blankSince.delete(index);
      }
    }
    for (const index of blankSince.keys()) if (!inView.has(index)) blankSince.delete(index);
    requestAnimationFrame(look);
  };
  const watch: RowWatch = {
    reset: () => {
      blankSince = new Map();
      seen = new Set();
      longest = 0;
      frames = 0;
    },
    read: () => ({ longest, rows: seen.size, frames }),
  };
  Object.assign(window, { blankRows: watch });
  requestAnimationFrame(look);
}

function readRows(page: Page): Promise<ReturnType<RowWatch['read']>> {
  return page.evaluate('window.blankRows.read()');
}

function open(page: Page, path: string): Promise<void> {
  return page.evaluate((hash) => {
    window.location.hash = hash;
  }, path);
}

/** Until no tile of the page is without its thumbnail; the tiles from before are told apart by a mark. */
async function timeUntilShown(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    for (const tile of document.querySelectorAll('[data-testid="image-tile"] img'))
      tile.setAttribute('data-old', '');
  });
  return timeOf(async () => {
    await act();
    await page.waitForFunction(
      () => {
        const images = [...document.querySelectorAll<HTMLImageElement>('[data-testid="image-tile"] img')];
        const isRead = !/Loading/.test(
          document.querySelector('[data-testid="image-count"]')?.textContent ?? 'Loading',
        );
        const isNew = images.some((image) => !image.hasAttribute('data-old'));
        return isRead && isNew && images.every((image) => image.complete && image.naturalWidth > 0);
      },
      undefined,
      { polling: 'raf', timeout: 60_000 },
    );
  });
}

async function openMap(page: Page): Promise<void> {
  await page.keyboard.press('Alt+m');
  await page.getByRole('gridcell').first().waitFor();
}

async function selectAll(page: Page): Promise<void> {
  await page.getByTestId('image-grid').focus();
  await page.keyboard.press('Control+a');
  await page.getByText(`${pictures.toLocaleString('en')} chosen`).waitFor({ timeout: 60_000 });
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function serve() {
  const args = [cli, 'serve', '--port', '0', '--json', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const greeting = JSON.parse(line) as { loginAddress: string };
    return { process: child, ...greeting };
  }
  throw new Error('the station ended before it served');
}

function tell(durationMs: number): string {
  return `${durationMs.toFixed(0)} ms`;
}
