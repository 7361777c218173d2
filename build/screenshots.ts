/**
 * Takes pictures of every page of a running station, in both themes and two sizes: for the README and for review.
 *
 *     npm run -s screenshots -- --url 'http://127.0.0.1:4310/?token=…' --out FOLDER [--readme]
 *
 * `--readme` takes the light 1280×800 ones only, named as the README names those in `resources/screenshots`. It starts
 * no station: what the pictures show is what that one holds.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import { findOrInstallBrowser } from './browser.ts';

interface Shot {
  readonly name: string;
  /** The address after `#`. */
  readonly path: string;
  /** What to do before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: 'overview', path: '/' },
  { name: 'data', path: '/data' },
  { name: 'data-large', path: '/data', prepare: openFirstPicture },
  { name: 'desk', path: '/desk?all=yes' },
  { name: 'quality', path: '/data/quality' },
  { name: 'team', path: '/data/team' },
  { name: 'datasets', path: '/datasets' },
  { name: 'training', path: '/training' },
  { name: 'run', path: '/training', prepare: openFirstRun },
  { name: 'experiments', path: '/experiments', prepare: tickRuns },
  { name: 'evaluations', path: '/evaluation' },
  { name: 'evaluation', path: '/evaluation', prepare: openEvaluation },
  { name: 'evaluation-pictures', path: '/evaluation', prepare: openJudgedPictures },
  { name: 'models', path: '/models' },
  { name: 'models-comparison', path: '/models', prepare: compareVersions },
  { name: 'models-evaluation', path: '/models', prepare: scrollToEvaluation },
  { name: 'system', path: '/system' },
];

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

const themes = ['light', 'dark'] as const;

interface Variant {
  readonly size: (typeof sizes)[number];
  readonly theme: (typeof themes)[number];
}

const flags = ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-color-profile=srgb'];

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const { url, out, readme, only } = values;
  if (url === undefined || out === undefined) throw new Error('expected --url ADDRESS and --out FOLDER');
  await mkdir(out, { recursive: true });
  const found = await findOrInstallBrowser();
  if ('missing' in found) throw new Error(found.missing);
  const browser = await chromium.launch({ args: flags, executablePath: found.executable });
  const wanted = shots.filter(({ name }) => only === undefined || only.split(',').includes(name));
  try {
    for (const variant of readme ? [readmeVariant] : allVariants()) {
      await takeAll(browser, variant, wanted, (shot) => join(out, fileName(shot, variant, readme)), url);
    }
  } finally {
    await browser.close();
  }
}

const readmeVariant: Variant = { size: sizes[0], theme: 'light' };

function allVariants(): Variant[] {
  return sizes.flatMap((size) => themes.map((theme) => ({ size, theme })));
}

function fileName(shot: Shot, { size, theme }: Variant, isReadme: boolean): string {
  return isReadme ? `${shot.name}-${theme}.png` : `${shot.name}-${size.width}-${theme}.png`;
}

async function takeAll(
  browser: Browser,
  { size, theme }: Variant,
  wanted: readonly Shot[],
  fileOf: (shot: Shot) => string,
  url: string,
): Promise<void> {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${theme} ${size.width}: ${message.text()}`);
  });
  await page.goto(url);
  for (const shot of wanted) {
    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/#${shot.path}`);
    await page.reload();
    await settle(page);
    await shot.prepare?.(page);
    await settle(page);
    await page.screenshot({ path: fileOf(shot) });
    await warnOfSidewaysScroll(page, shot.name, size.width);
  }
  await context.close();
}

/** Waits until nothing is a placeholder any more and the pictures in view are there. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const hasContent = document.querySelector('main h1') !== null;
    const isLoading = document.querySelector('main [aria-label="Loading"]') !== null;
    const pictures = [...document.querySelectorAll('img')];
    return (
      hasContent && !isLoading && pictures.every(({ complete, loading }) => complete || loading === 'lazy')
    );
  });
  await page.waitForTimeout(250);
}

async function warnOfSidewaysScroll(page: Page, name: string, width: number): Promise<void> {
  const excess = await page.evaluate(() => {
    const main = document.querySelector('main');
    return main === null ? 0 : main.scrollWidth - main.clientWidth;
  });
  if (excess > 0) console.error(`${name} at ${width}: ${excess} px too wide`);
}

async function openFirstPicture(page: Page): Promise<void> {
  const tile = page.getByTestId('image-tile').first();
  if ((await tile.count()) > 0) await tile.dblclick();
}

async function openFirstRun(page: Page): Promise<void> {
  const link = page.getByTestId('runs').getByRole('link').first();
  if ((await link.count()) > 0) await link.click();
}

async function tickRuns(page: Page): Promise<void> {
  const boxes = page.getByTestId('experiments').getByRole('checkbox');
  const count = Math.min(2, await boxes.count());
  for (let index = 0; index < count; index += 1) await boxes.nth(index).check();
}

async function openEvaluation(page: Page): Promise<void> {
  const link = page.getByTestId('evaluations').getByRole('link').first();
  if ((await link.count()) > 0) await link.click();
}

/** Of detectors alone. */
async function openJudgedPictures(page: Page): Promise<void> {
  await openEvaluation(page);
  await page.waitForTimeout(600);
  const link = page.getByRole('link', { name: 'Look at pictures' });
  if ((await link.count()) > 0) await link.click();
}

async function compareVersions(page: Page): Promise<void> {
  const boxes = page.getByTestId('model-versions').getByRole('checkbox');
  const count = Math.min(2, await boxes.count());
  for (let index = 0; index < count; index += 1) await boxes.nth(index).check();
  await page.waitForTimeout(600);
  const panel = page.getByTestId('comparison-panel');
  if ((await panel.count()) > 0) await panel.scrollIntoViewIfNeeded();
  await panel.evaluateAll(([element]) => element?.scrollIntoView({ block: 'start' }));
}

async function scrollToEvaluation(page: Page): Promise<void> {
  await page
    .getByTestId('evaluation')
    .evaluateAll(([element]) => element?.scrollIntoView({ block: 'start' }));
}

await main();
