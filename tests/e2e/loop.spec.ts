/** The whole loop as an operator goes round it, with the mouse and the keyboard. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { type App, drawPatterns, dropFiles, expect, test } from './app.ts';

test('a person drops folders, labels, versions, trains, promotes and rolls back', async ({ app }) => {
  await dropClassFolders(app);
  await labelLoosePictures(app);
  await createVersion(app.page);
  await trainModel(app.page, 1);
  await trainModel(app.page, 2);
  await promoteAnyway(app.page);
  await rollBack(app.page);
  expect(app.complaints).toEqual([]);
});

test('labels, undo and the history survive a power cut', async ({ app }) => {
  const { page } = app;
  await drawPatterns(join(app.folder, 'loose'), 'dots', 6);
  await dropFiles(page, [join(app.folder, 'loose')]);
  await page.getByText('No labels yet').click();
  await importDropped(page, 6);
  await addClass(page, 'dots');
  await labelAll(page, '1');
  await expect(page.getByText('6 pictures, 6 labelled')).toBeVisible();
  await app.restart();
  await openPage(page, 'Data');
  await expect(page.getByText('6 pictures, 6 labelled')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('6 pictures, 0 labelled')).toBeVisible();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(page.getByText('6 pictures, 6 labelled')).toBeVisible();
});

test('bad files are set aside with a reason and the rest comes in', async ({ app }) => {
  const { page, folder } = app;
  await drawPatterns(join(folder, 'mixed', 'stripes'), 'stripes', 3);
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'mixed', 'stripes', 'letter.jpg'), 'dear sir, this is no picture');
  await writeFile(join(folder, 'mixed', 'stripes', 'empty.png'), '');
  await dropFiles(page, [join(folder, 'mixed')]);
  await importDropped(page, 3);
  await page.getByTestId('import-rejected').click();
  const rejections = page.getByTestId('rejections');
  await expect(rejections).toContainText('letter.jpg');
  await expect(rejections).toContainText('empty.png');
});

test('every page stands in both themes without a complaint or a sideways scroll', async ({ app }) => {
  const { page } = app;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const name of pageNames) {
      await openPage(page, name);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${name} in ${colorScheme}`).toBeLessThanOrEqual(0);
    }
  }
  expect(app.complaints).toEqual([]);
});

const pageNames = [
  'Overview',
  'Data',
  'Label',
  'Datasets',
  'Training',
  'Experiments',
  'Evaluation',
  'Models',
  'Settings & Health',
];

/** By the navigation at the left. */
async function openPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Stages' }).getByRole('link', { name, exact: true }).click();
}

async function dropClassFolders({ page, folder }: App): Promise<void> {
  await drawPatterns(join(folder, 'drop', 'stripes'), 'stripes', 24);
  await drawPatterns(join(folder, 'drop', 'dots'), 'dots', 24);
  await dropFiles(page, [join(folder, 'drop')]);
  await importDropped(page, 48);
  await expect(page.getByTestId('import-labelled')).toHaveText('48 labelled');
}

/** Confirms the dialog that follows a drop, and waits for the report. */
async function importDropped(page: Page, added: number): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByTestId('import-added')).toContainText(`${added} `);
}

/** Labels by the keys alone: a class key labels what is chosen. */
async function labelLoosePictures({ page, folder }: App): Promise<void> {
  const files = await drawPatterns(join(folder, 'loose'), 'stripes', 30);
  await dropFiles(page, files.slice(24));
  await importDropped(page, 6);
  await page.goto(`${new URL(page.url()).origin}/#/data?labelled=no`);
  await expect(page.getByTestId('image-count')).toContainText('6');
  await labelAll(page, '2');
  await expect(page.getByText('54 pictures, 54 labelled')).toBeVisible();
}

async function labelAll(page: Page, key: string): Promise<void> {
  await page.getByTestId('image-tile').first().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press(key);
}

async function addClass(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'New class' }).fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `Label as ${name}` })).toBeVisible();
}

async function createVersion(page: Page): Promise<void> {
  await openPage(page, 'Datasets');
  await page
    .getByRole('button', { name: /create/i })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('patterns');
  await dialog.getByRole('button', { name: 'Create version' }).click();
  await expect(page.getByTestId('dataset-detail')).toContainText('patterns');
}

/** Starts a run and watches its curve move until it has registered the version. */
async function trainModel(page: Page, version: number): Promise<void> {
  await openPage(page, 'Training');
  const start = page.getByRole('button', { name: /start training/i });
  if (!(await start.isVisible())) await page.getByRole('button', { name: /new run/i }).click();
  await page.getByRole('button', { name: /advanced/i }).click();
  await page.getByLabel('Epochs', { exact: true }).fill('6');
  await page.getByLabel(/^picture size/i).fill('32');
  await start.click();
  const curve = page.getByTestId('chart-loss').getByRole('img');
  const atFirst = await curve.getAttribute('aria-label');
  await expect(curve).not.toHaveAttribute('aria-label', atFirst ?? '');
  await expect(page.getByTestId('run-result')).toContainText(`v${version}`, { timeout: 120_000 });
}

/** Two runs of one seed are equally good: the station refuses, and a person overrules it with a reason. */
async function promoteAnyway(page: Page): Promise<void> {
  await openPage(page, 'Models');
  await expect(page.getByTestId('champion-version')).toHaveText('v1');
  await expect(page.getByTestId('alias-challenger').first()).toBeVisible();
  await page
    .getByRole('button', { name: /^promote/i })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Promote v2' }).click();
  await expect(dialog.getByText('The station refused this promotion')).toBeVisible();
  await dialog.getByRole('textbox').fill('rehearsal');
  await dialog.getByRole('button', { name: 'Promote anyway' }).click();
  await expect(page.getByTestId('champion-version')).toHaveText('v2');
}

async function rollBack(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Roll back to v1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back to v1' }).click();
  await expect(page.getByTestId('champion-version')).toHaveText('v1');
}
