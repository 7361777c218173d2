/** The Data page as a person works through many pictures: filters, order, choosing, doing, undoing, and the map of the set. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import sharp from 'sharp';
import { dropFiles, expect, test } from './app.ts';

interface Shot {
  readonly name: string;
  readonly camera: string | null;
  /** Local, as a camera writes it. */
  readonly time: string;
  readonly color: string;
}

/** Twelve of one camera in May, eight of another in June: their names do not tell which. */
const shots: readonly Shot[] = Array.from({ length: 20 }, (_, index) => ({
  name: `shot ${String(index + 1).padStart(2, '0')}.jpg`,
  camera: index < 12 ? 'EOS R6' : 'acA1300',
  time: index < 12 ? `2026:05:${10 + index} 09:00:00` : `2026:06:${index} 15:30:00`,
  color: `hsl(${index * 18} 60% 50%)`,
}));

async function takeShots(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    shots.map(async ({ name, camera, time, color }, index) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="${color}"/>
        <circle cx="${20 + index * 14}" cy="${30 + ((index * 53) % 180)}" r="24" fill="#fff"/></svg>`;
      const exif = {
        IFD0: { Make: camera === 'EOS R6' ? 'Canon' : 'Basler', Model: camera ?? '' },
        IFD2: { DateTimeOriginal: time },
      };
      const file = join(folder, name);
      await writeFile(file, await sharp(Buffer.from(svg)).withExif(exif).jpeg().toBuffer());
      return file;
    }),
  );
}

async function openFilled(page: Page, folder: string): Promise<void> {
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await dropFiles(page, await takeShots(join(folder, 'card')));
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Import/ })
    .click();
  await expect(page.getByTestId('image-count')).toHaveText('20 pictures', { timeout: 30_000 });
  for (const name of ['healthy', 'rust']) {
    await page.getByRole('textbox', { name: 'New class' }).fill(name);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: `Label as ${name}` })).toBeVisible();
  }
}

const count = (page: Page) => page.getByTestId('image-count');
const namesInView = (page: Page) =>
  page
    .getByTestId('image-tile')
    .evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label')?.split('.')[0] ?? ''));

async function chooseFilter(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: /^Filters/ }).click();
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
  await page.keyboard.press('Escape');
}

test('finds pictures by camera and time, in the order of their capture, and the address brings all of it back', async ({
  app: { page, folder, complaints },
}) => {
  await openFilled(page, folder);
  await chooseFilter(page, 'Camera', /Canon EOS R6 \(12\)/);
  await expect(count(page)).toHaveText('12 pictures');
  await page.getByRole('button', { name: /^Filters/ }).click();
  await page.getByLabel('Taken from').fill('2026-05-15T00:00');
  await page.getByLabel('Taken before').fill('2026-05-19T00:00');
  await page.keyboard.press('Escape');
  await expect(count(page)).toHaveText('4 pictures');
  await page.getByRole('combobox', { name: 'Order' }).click();
  await page.getByRole('option', { name: 'Earliest taken first' }).click();
  const wanted = ['shot 06', 'shot 07', 'shot 08', 'shot 09'];
  await expect.poll(() => namesInView(page)).toEqual(wanted);
  await page.reload();
  await expect.poll(() => namesInView(page)).toEqual(wanted);
  await expect(page.getByText('Camera: Canon EOS R6')).toBeVisible();
  await page.getByRole('button', { name: /Remove the filter Taken from/ }).click();
  await expect(count(page)).toHaveText('9 pictures');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await expect(count(page)).toHaveText('20 pictures');
  expect(complaints).toEqual([]);
});

test('chooses all of a filter by keys, labels, rejects and sets aside, and takes each back, the labels after a restart too', async ({
  app: { page, folder, restart, complaints },
}) => {
  await openFilled(page, folder);
  await chooseFilter(page, 'Camera', /Basler acA1300 \(8\)/);
  await expect(count(page)).toHaveText('8 pictures');
  await page.getByTestId('image-tile').first().click();
  await page.keyboard.press('Control+a');
  await expect(page.getByTestId('selection-bar')).toContainText('8 chosen');
  await page.keyboard.press('2');
  await expect(page.locator('[data-testid="image-tile"][data-class="rust"]')).toHaveCount(8);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+r');
  await expect(page.getByTestId('image-tile').filter({ hasText: 'rust, rejected' })).toHaveCount(8);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('image-tile').filter({ hasText: 'rejected' })).toHaveCount(0);
  await page.getByTestId('image-tile').nth(1).click();
  await page
    .getByTestId('image-tile')
    .nth(3)
    .click({ modifiers: ['Shift'] });
  await page
    .getByTestId('image-tile')
    .nth(5)
    .click({ modifiers: ['Control'] });
  await page.getByTestId('selection-bar').getByRole('button', { name: 'Set aside' }).click();
  await expect(count(page)).toHaveText('4 pictures');
  await page.keyboard.press('Control+z');
  await expect(count(page)).toHaveText('8 pictures');
  await page.keyboard.press('Control+Shift+z');
  await expect(count(page)).toHaveText('4 pictures');
  await page.getByRole('button', { name: /Remove the filter Camera/ }).click();
  await chooseFilter(page, 'Quality', 'Set aside');
  await expect(count(page)).toHaveText('4 pictures');
  await page.getByTestId('image-tile').first().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Alt+b');
  await expect(page.getByText('No picture matches')).toBeVisible();
  await restart();
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page.locator('[data-testid="image-tile"][data-class="rust"]')).toHaveCount(8);
  await page.keyboard.press('Control+z');
  await expect(page.locator('[data-testid="image-tile"][data-class="rust"]')).toHaveCount(0);
  expect(complaints.filter((text) => !/WebSocket|ERR_CONNECTION/.test(text))).toEqual([]);
});

test('shows the set as a map of classes by time, that filters by a press, by a span drawn with the mouse, and by keys', async ({
  app: { page, folder, complaints },
}) => {
  await openFilled(page, folder);
  await chooseFilter(page, 'Camera', /Basler/);
  await page.getByTestId('image-tile').first().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('2');
  await page.getByRole('button', { name: /Remove the filter Camera/ }).click();
  await expect(count(page)).toHaveText('20 pictures');
  await page.getByRole('button', { name: 'Map' }).click();
  const cell = (name: RegExp) => page.getByRole('gridcell', { name });
  await expect(cell(/^All, 10 May 2026: 1 picture$/)).toBeVisible();
  await cell(/^rust, 14 Jun 2026: 1 picture$/).click();
  await expect(count(page)).toHaveText('1 picture');
  await expect(page.getByTestId('image-tile')).toHaveAttribute('data-class', 'rust');
  await page.getByRole('button', { name: 'All time' }).click();
  await expect(count(page)).toHaveText('8 pictures');
  await page.getByRole('button', { name: /^Filter by All/ }).click();
  await cell(/^All, 12 May 2026/).hover();
  await page.mouse.down();
  await cell(/^All, 15 May 2026/).hover();
  await expect(page.getByTestId('map-readout')).toHaveText('All, 12 May 2026 until 16 May 2026: 4 pictures');
  await page.mouse.up();
  await expect(count(page)).toHaveText('4 pictures');
  await page.getByRole('button', { name: 'All time' }).click();
  await cell(/^All, 10 May 2026: 1 picture$/).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await expect(count(page)).toHaveText('3 pictures');
  expect(complaints).toEqual([]);
});

test('goes on with what is chosen: alone on the page, and into a folder of another tool', async ({
  app: { page, folder, complaints },
}) => {
  await openFilled(page, folder);
  await page.getByTestId('image-tile').nth(2).click();
  await page
    .getByTestId('image-tile')
    .nth(4)
    .click({ modifiers: ['Shift'] });
  await page.keyboard.press('1');
  await page.getByTestId('image-tile').nth(2).click();
  await page
    .getByTestId('image-tile')
    .nth(4)
    .click({ modifiers: ['Shift'] });
  await page.getByRole('button', { name: 'Show only these' }).click();
  await expect(count(page)).toHaveText('3 pictures');
  await expect(page.getByText('Chosen pictures', { exact: true })).toBeVisible();
  await page.getByTestId('image-tile').first().click();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('textbox', { name: 'Folder' }).fill(join(folder, 'out'));
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByTestId('export-started')).toContainText('3 pictures');
  await expect(page.getByText(/Export 3 pictures as folder/).first()).toBeVisible();
  expect(complaints).toEqual([]);
});
