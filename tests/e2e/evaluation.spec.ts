/** The pages that judge: what stands behind the figures of detectors, and runs side by side. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { type App, drawPatterns, dropFiles, expect, test } from './app.ts';

/** Untrained exports for pictures of 64 pixels and these classes. */
const models = ['yolov8.onnx', 'yolo11.onnx'].map((file) =>
  join(import.meta.dirname, '../fixtures/detector', file),
);
const classNames = ['bolt', 'nut', "washer's rim"];

test.describe('detectors', () => {
  test.use({ task: 'detection' });

  test('every figure opens its pictures, the threshold moves figures, and two models lie side by side', async ({
    app,
  }) => {
    const { page } = app;
    await importBoxes(app);
    await call(page, 'datasets', { name: 'parts' });
    await openPage(page, 'Evaluation');
    await expect(page.getByText('Nothing was measured yet')).toBeVisible();
    for (const model of models) await call(page, 'evaluations', { model, dataset: 'parts/test' });
    await page.getByTestId('evaluations').getByRole('link', { name: 'yolo11.onnx' }).click();
    await expect(page.getByTestId('headline')).toContainText('mAP 50–95');
    await moveThreshold(page);
    await page.getByTestId('error-kinds').getByRole('link', { name: 'Badly placed' }).click();
    await stepThroughPictures(page);
    await putBesideOther(page);
    await page.keyboard.press('Escape');
    await openFigures(page);
    await page.getByTestId('confusion-matrix').getByRole('link').first().click();
    await expect(page.getByTestId('stage')).toHaveCount(1);
    expect(app.complaints).toEqual([]);
  });
});

test('runs lie side by side with their differences and their curves', async ({ app }) => {
  const { page } = app;
  await importFolders(app);
  await call(page, 'datasets', { name: 'patterns' });
  await openPage(page, 'Experiments');
  await expect(page.getByText('Nothing was tried yet')).toBeVisible();
  for (const seed of [1, 2]) {
    const parameters = { epochs: 2, imageSize: 32, seed };
    await call(page, 'runs', { dataset: 'patterns', parameters });
  }
  const table = page.getByTestId('experiments');
  await expect(table.locator('[data-status="completed"]')).toHaveCount(2, { timeout: 90_000 });
  const boxes = table.getByRole('checkbox');
  await boxes.first().focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(boxes.nth(1)).toBeChecked();
  await expect(
    page.getByTestId('overlay').getByRole('img', { name: / at the end: .*v[12] .*v[12] / }),
  ).toBeVisible();
  const settings = page.getByTestId('parameters').getByRole('row');
  await expect(settings.filter({ hasText: 'Seed' })).toContainText('1');
  await expect(settings.filter({ hasText: 'Optimizer' })).toHaveCount(0);
  await page.getByLabel('Differences only').click({ force: true });
  await expect(settings.filter({ hasText: 'Optimizer' })).toHaveCount(1);
  await page.getByLabel('Find runs').fill('seed=2');
  await expect(table.getByRole('checkbox')).toHaveCount(1);
  expect(app.complaints).toEqual([]);
});

/** Figures at the top lead to pictures, and back. */
async function openFigures(page: Page): Promise<void> {
  const headline = page.getByTestId('headline');
  await headline.getByTitle('Opens the pictures with small boxes').click();
  const ofSize = page.getByTestId('sizes').getByText(/^1 box, [01] found$/);
  await expect(ofSize).toHaveCount(3);
  await headline.getByTitle('Opens all pictures', { exact: true }).click();
  await expect(page.getByTestId('picture-position')).toContainText('of 3');
  await page.keyboard.press('Escape');
  await expect(headline).toBeVisible();
}

/** By the navigation at the left. */
async function openPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Stages' }).getByRole('link', { name, exact: true }).click();
}

/** What other pages do by hand, over REST with the page's own session. */
async function call(page: Page, path: string, body: unknown): Promise<void> {
  const origin = new URL(page.url()).origin;
  const answer = await page.request.post(`${origin}/api/v1/${path}`, { data: body, headers: { origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Nine pictures of three classes with a box on each, three of them to test on. */
async function importBoxes({ page, folder }: App): Promise<void> {
  const source = join(folder, 'parts');
  const files = await drawPatterns(join(folder, 'drawn'), 'dots', 9);
  for (const [index, file] of files.entries()) {
    const split = (['train', 'valid', 'test'] as const)[index % 3] ?? 'train';
    for (const kind of ['images', 'labels']) await mkdir(join(source, split, kind), { recursive: true });
    await rename(file, join(source, split, 'images', `${index}.png`));
    const label = `${Math.floor(index / 3)} 0.5 0.5 0.4 0.4\n`;
    await writeFile(join(source, split, 'labels', `${index}.txt`), label);
  }
  const places = 'train: train/images\nval: valid/images\ntest: test/images\n';
  await writeFile(join(source, 'data.yaml'), `${places}names: ${JSON.stringify(classNames)}\n`);
  await dropAndImport(page, source, 9);
}

async function importFolders({ page, folder }: App): Promise<void> {
  for (const pattern of ['stripes', 'dots'] as const) {
    await drawPatterns(join(folder, 'drop', pattern), pattern, 12);
  }
  await dropAndImport(page, join(folder, 'drop'), 24);
}

async function dropAndImport(page: Page, source: string, count: number): Promise<void> {
  await dropFiles(page, [source]);
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByTestId('import-labelled')).toHaveText(`${count} labelled`);
}

async function moveThreshold(page: Page): Promise<void> {
  const row = page.getByTestId('threshold-figures').getByRole('row', { name: /All classes/ });
  const slider = page.getByRole('slider', { name: 'Confidence threshold' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('threshold')).toContainText('confidence 0.00');
  await page.keyboard.press('End');
  await expect(page.getByTestId('threshold')).toContainText('confidence 1.00');
  await expect(row).toContainText('0.0 %');
  await expect(page.getByTestId('examples')).toContainText('No picture has such a detection');
}

async function stepThroughPictures(page: Page): Promise<void> {
  const position = page.getByTestId('picture-position');
  await expect(position).toHaveText(/^1 of [123]$/);
  const truths = page.getByTestId('box-picture').locator('[data-box="dashed"]');
  await expect(truths).toHaveCount(1);
  await expect(page.getByTestId('box-list')).toContainText('Badly placed');
  await page.keyboard.press('t');
  await expect(truths).toHaveCount(0);
  await page.keyboard.press('t');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await expect(position).toHaveText(/^1 of/);
}

async function putBesideOther(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Beside which model' }).click();
  await page.getByRole('option', { name: 'beside yolov8.onnx' }).click();
  const stages = page.getByTestId('stage');
  await expect(stages).toHaveCount(2);
  await expect(stages.nth(1)).toContainText('yolov8.onnx');
  await expect(stages.nth(1).locator('[data-box="dashed"]')).toHaveCount(1);
}
