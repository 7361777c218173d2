/** Pictures that deserve a second look, as a person finds and decides about them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import sharp from 'sharp';
import { type App, drawPatterns, dropFiles, expect, test } from './app.ts';

test('a person keeps one of each group by a key, takes it back after a power cut, and opens what a check strikes', async ({
  app,
}) => {
  const { page } = app;
  await dropPictures(app);
  await page.getByRole('link', { name: 'Quality' }).click();
  const cards = page.getByTestId('lookalike');
  await expect(page.getByTestId('group-place')).toHaveText('1 of 2');
  await expect(cards).toHaveCount(2);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('group-place')).toHaveText('2 of 2');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('group-place')).toHaveText('1 of 2');
  await expect(cards).toHaveCount(2);
  await page.keyboard.press('2');
  await expect(page.getByTestId('group-place')).toHaveText('1 of 1');
  await page.keyboard.press('0');
  await expect(page.getByText('Nothing looks alike')).toBeVisible();
  await expectPictures(page, 7);

  await app.restart();
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await page.getByRole('link', { name: 'Quality' }).click();
  await expect(page.getByText('Nothing looks alike')).toBeVisible();
  await page.getByRole('link', { name: 'Set aside: 1, show them' }).click();
  await expect(page.getByTestId('image-tile')).toHaveCount(1);
  await page.getByRole('link', { name: 'Quality' }).click();
  for (const place of ['1 of 1', '1 of 2']) {
    await page.keyboard.press('Control+z');
    await expect(page.getByTestId('group-place')).toHaveText(place);
  }
  await expectPictures(page, 8);

  await page.getByRole('link', { name: 'Quality' }).click();
  const dark = page.getByTestId('quality-checks').getByRole('link', { name: /^Dark: / });
  await expect(dark).toHaveText('1');
  await page.getByRole('slider', { name: 'Threshold: Dark' }).press('Home');
  await expect(dark).toBeHidden();
  await page.getByRole('slider', { name: 'Threshold: Dark' }).press('End');
  await dark.click();
  await expect(page.getByTestId('image-tile').first()).toBeVisible();
  await expect(page).toHaveURL(/quality=dark/);
  // While the power was cut the page asked in vain.
  expect(app.complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});

/** Four drawings, a black picture, a copy of one drawing in another format, and two of another in other sizes. */
async function dropPictures({ page, folder }: App): Promise<void> {
  const source = join(folder, 'mixed');
  await mkdir(source);
  const [first, second] = await drawPatterns(source, 'dots', 4);
  const black = { width: 64, height: 64, channels: 3, background: '#0a0a12' } as const;
  await writeFile(join(source, 'black.png'), await sharp({ create: black }).png().toBuffer());
  await writeFile(join(source, 'copy.webp'), await sharp(first).webp({ lossless: true }).toBuffer());
  await writeFile(join(source, 'large.png'), await sharp(second).resize(128).png().toBuffer());
  await writeFile(join(source, 'noisy.jpg'), await sharp(second).jpeg({ quality: 90 }).toBuffer());
  await dropFiles(page, [source]);
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByTestId('import-added')).toHaveText(/^8 /);
}

async function expectPictures(page: Page, count: number): Promise<void> {
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page.getByText(`${count} pictures, 0 labelled`)).toBeVisible();
}
