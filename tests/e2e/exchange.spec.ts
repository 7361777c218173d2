/** Labels that come from another tool and go to one, as a person brings and takes them. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { drawPatterns, dropFiles, expect, test } from './app.ts';

test.use({ task: 'detection' });

test('a person drops a YOLO folder, sees what came and what did not, and exports it as COCO', async ({
  app,
}) => {
  const { page, folder } = app;
  const source = join(folder, 'field');
  await writeYolo(source);
  await dropFiles(page, [source]);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Label files', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByTestId('import-labelled')).toHaveText('12 labelled');
  await page.getByTestId('import-boxes').click();
  await expect(page.getByTestId('import-classes')).toContainText('ripe');
  await page.keyboard.press('Escape');
  await page.getByTestId('import-rejected').click();
  await expect(page.getByTestId('rejections')).toContainText('line 2');
  await expect(page.getByTestId('rejections')).toContainText('expected the number of a class from 0 to 1');
  await page.keyboard.press('Escape');
  await createVersion(page);
  const out = join(folder, 'out');
  await exportVersion(page, out);
  await expect.poll(() => readdir(out).catch(() => [])).toEqual(['annotations', 'images']);
  const coco = JSON.parse(await readFile(join(out, 'annotations', 'instances_test.json'), 'utf8'));
  expect(coco.categories).toMatchObject([{ name: 'ripe' }, { name: 'young' }]);
  expect(coco.images).toHaveLength(3);
  expect(coco.annotations[0]).toMatchObject({ bbox: [16, 16, 32, 32] });
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('textbox', { name: 'Folder' }).fill(out);
  await dialog.getByRole('button', { name: 'Export' }).click();
  await expect(dialog.getByText(/found files in/)).toBeVisible();
  expect(app.complaints.filter((text) => !/409/.test(text))).toEqual([]);
});

/** Twelve pictures, six to learn from and three to test on, a box on each, one line too many. */
async function writeYolo(source: string): Promise<void> {
  const files = [
    ...(await drawPatterns(join(source, 'drawn'), 'stripes', 6)),
    ...(await drawPatterns(join(source, 'drawn'), 'dots', 6)),
  ];
  for (const [index, file] of files.entries()) {
    const split = index < 6 ? 'train' : index < 9 ? 'valid' : 'test';
    const lines = [`${index % 2} 0.5 0.5 0.5 0.5`, ...(index === 0 ? ['7 0.5 0.5 0.1 0.1'] : [])];
    for (const kind of ['images', 'labels']) await mkdir(join(source, split, kind), { recursive: true });
    await rename(file, join(source, split, 'images', `${index}.png`));
    await writeFile(join(source, split, 'labels', `${index}.txt`), lines.join('\n'));
  }
  const places = 'train: train/images\nval: valid/images\ntest: test/images\n';
  await writeFile(join(source, 'data.yaml'), `${places}names: [ripe, young]\n`);
}

async function createVersion(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Stages' })
    .getByRole('link', { name: 'Datasets', exact: true })
    .click();
  await page
    .getByRole('button', { name: /create/i })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create version' }).click();
  await expect(page.getByTestId('dataset-detail')).toBeVisible();
}

async function exportVersion(page: Page, out: string): Promise<void> {
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(out);
  await dialog.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByTestId('export-started')).toContainText('12 pictures');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
}
