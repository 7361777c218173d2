/** The form that starts a detector's run: what it offers, what it foretells, what it refuses. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, drawPatterns, dropFiles, expect, test } from './app.ts';

test.use({ task: 'detection' });

test('a detector is started with its own options, its needs told and refusals explained before', async ({
  app,
}) => {
  const { page } = app;
  await importBoxes(app);
  const origin = new URL(page.url()).origin;
  const created = await page.request.post(`${origin}/api/v1/datasets`, {
    data: { name: 'parts' },
    headers: { origin },
  });
  expect(created.ok(), await created.text()).toBe(true);
  await page
    .getByRole('navigation', { name: 'Stages' })
    .getByRole('link', { name: 'Training', exact: true })
    .click();
  await expect(page.getByRole('radio', { name: /detector-/ })).toHaveCount(3);
  await expect(page.getByRole('radio', { name: /classifier-/ })).toHaveCount(0);
  const needs = page.getByTestId('run-estimate');
  await expect(needs).toContainText('px · batches of');

  await page.getByRole('button', { name: 'Advanced options' }).click();
  await page.getByRole('button', { name: 'Augmentation' }).click();
  const refusal = page.getByRole('region', { name: 'New run' }).getByRole('alert');
  const start = page.getByRole('button', { name: 'Start training' });
  await page.getByLabel('mosaic', { exact: true }).fill('2');
  await expect(refusal).toContainText('mosaic: ');
  await expect(start).toBeDisabled();
  await page.getByLabel('mosaic', { exact: true }).fill('0.5');
  await page.getByLabel('imgsz', { exact: true }).fill('100');
  await expect(refusal).toContainText('take 96');
  await page.getByLabel('imgsz', { exact: true }).fill('1536');
  await page.getByLabel('batch', { exact: true }).fill('1024');
  await expect(refusal).toContainText('Memory does not suffice');
  await page.getByLabel('imgsz', { exact: true }).fill('64');
  await page.getByLabel('batch', { exact: true }).fill('2');
  await page.getByLabel('epochs', { exact: true }).fill('1');
  await expect(needs).toContainText('64 px · batches of 2 · at most 1 epoch');
  await start.click();
  const parameters = page.getByTestId('run-parameters').getByRole('row');
  await expect(parameters.filter({ hasText: /^imgsz/ })).toContainText('64');
  await expect(parameters.filter({ hasText: /^mosaic/ })).toContainText('0.5');
  // The refusal of a frame of 100 pixels is an answer, which the browser tells of as a failed request.
  expect(app.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([]);
});

/** Three pictures with a box each in each split. */
async function importBoxes({ page, folder }: App): Promise<void> {
  const source = join(folder, 'parts');
  const files = await drawPatterns(join(folder, 'drawn'), 'dots', 9);
  for (const [index, file] of files.entries()) {
    const split = (['train', 'valid', 'test'] as const)[index % 3] ?? 'train';
    for (const kind of ['images', 'labels']) await mkdir(join(source, split, kind), { recursive: true });
    await rename(file, join(source, split, 'images', `${index}.png`));
    await writeFile(join(source, split, 'labels', `${index}.txt`), '0 0.5 0.5 0.4 0.4\n');
  }
  await writeFile(
    join(source, 'data.yaml'),
    'train: train/images\nval: valid/images\ntest: test/images\nnames: [bolt]\n',
  );
  await dropFiles(page, [source]);
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByTestId('import-labelled')).toHaveText('9 labelled');
}
