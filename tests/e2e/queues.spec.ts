/** The queues of the desk by keys: what a model is unsure of, and labels that it doubts, the planted wrong one first. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import sharp from 'sharp';
import { type App, dropFiles, expect, test } from './app.ts';
import { writeColourModel } from './colour-model.ts';

const cli = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');

/** As another window of a terminal would, while the station serves. */
async function runBeside({ folder }: App, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args, '--data-dir', join(folder, 'station')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await new Promise((done) => child.once('exit', done));
  expect(status).toBe(0);
}

/** Pictures of one colour each; a folder gives the label. */
async function drawColours(
  folder: string,
  colours: Readonly<Record<string, readonly [number, number, number]>>,
): Promise<string[]> {
  const files: string[] = [];
  for (const [name, [r, g, b]] of Object.entries(colours)) {
    const file = join(folder, `${name}.png`);
    await mkdir(join(file, '..'), { recursive: true });
    const create = { width: 64, height: 64, channels: 3, background: { r, g, b } } as const;
    await writeFile(file, await sharp({ create }).png().toBuffer());
    files.push(file);
  }
  return files;
}

async function drop(page: Page, files: readonly string[], total: number): Promise<void> {
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await dropFiles(page, files);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Import/ })
    .click();
  await expect(page.getByTestId('image-count')).toHaveText(`${total} pictures`);
}

async function chooseQueue(page: Page, id: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Queue' }).click();
  await page.getByTestId(`queue-${id}`).click();
}

const queueName = (page: Page) => page.getByRole('combobox', { name: 'Queue' });

test('a queue that can not be made offers its model; what it is unsure of and the labels that it doubts are worked off by keys', async ({
  app,
}) => {
  const { page, folder } = app;
  await expect(page.getByRole('link', { name: 'Data', exact: true })).toBeVisible();
  const labelled = join(folder, 'labelled');
  await drawColours(labelled, {
    ...{ 'red/red': [255, 0, 0], 'red/brick': [230, 140, 0], 'red/rose': [225, 150, 0] },
    ...{ 'green/green': [0, 255, 0], 'green/lime': [140, 230, 0] },
    // The first is a slip of the hand, the second a matter of taste.
    ...{ 'green/planted': [255, 10, 0], 'green/olive': [235, 130, 0] },
  });
  const open = await drawColours(join(folder, 'open'), {
    ...{ sure: [250, 5, 0], leaning: [200, 170, 0], torn: [190, 185, 0] },
  });
  await drop(page, [labelled, ...open], 10);

  await page.getByRole('link', { name: 'Label', exact: true }).click();
  await chooseQueue(page, 'uncertain');
  await expect(page.getByText('This queue is not made yet')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Train the first model' })).toBeVisible();
  const file = join(folder, 'colours.onnx');
  await writeFile(file, writeColourModel());
  await runBeside(app, 'models', 'import', file, '--name', 'colours', '--classes', 'red,green,blue');
  await page.getByRole('button', { name: 'Have colours/1 look at 10 pictures' }).click();

  const desk = page.getByTestId('desk');
  await expect(page.getByText('torn.png')).toBeVisible();
  await expect(queueName(page)).toHaveValue('Uncertain (3)');
  const red = page.getByTestId('desk-class').filter({ hasText: 'red' });
  const key = (await red.locator('kbd').textContent()) ?? '';
  for (const name of ['torn.png', 'leaning.png', 'sure.png']) {
    await expect(page.getByText(name)).toBeVisible();
    await page.keyboard.press(key);
  }
  await expect(page.getByText('Nothing is left in this queue')).toBeVisible();
  await expect(queueName(page)).toHaveValue('Uncertain (0)');

  await chooseQueue(page, 'suspect');
  await expect(page.getByText('planted.png')).toBeVisible();
  await expect(queueName(page)).toHaveValue('Suspect labels (2)');
  await expect(page.getByTestId('score-panel')).toContainText('The label says green, which it gives 0 %');
  await page.keyboard.press('a');
  await expect(page.getByText('olive.png')).toBeVisible();
  await expect(page.getByTestId('desk-tag')).toHaveText('green');
  await page.keyboard.press('k');
  await expect(page.getByText('Nothing is left in this queue')).toBeVisible();

  await app.restart();
  await page.evaluate(() => {
    window.location.hash = '/desk?queue=suspect';
  });
  await expect(page.getByText('Nothing is left in this queue')).toBeVisible();
  await chooseQueue(page, 'labelled');
  await expect(queueName(page)).toHaveValue('Labelled (10)');
  await expect(page.getByTestId('desk-pace')).toContainText('an hour');
  for (const [name, className] of [
    ['planted', 'red'],
    ['olive', 'green'],
  ] as const) {
    for (let step = 0; step < 10 && !(await page.getByText(`${name}.png`).isVisible()); step++) {
      const before = await desk.getAttribute('data-image');
      await page.keyboard.press('PageDown');
      await expect(desk).not.toHaveAttribute('data-image', before ?? '');
    }
    await expect(page.getByTestId('desk-tag')).toHaveText(className);
  }
  // While the power was cut the page asked in vain.
  expect(app.complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});

test('the most diverse are chosen from what was measured, one of each kind before a second of any', async ({
  app,
}) => {
  const { page, folder } = app;
  await expect(page.getByRole('link', { name: 'Data', exact: true })).toBeVisible();
  const open = await drawColours(join(folder, 'open'), {
    ...{ red1: [250, 0, 0], red2: [245, 0, 0], red3: [240, 0, 0] },
    ...{ green1: [0, 250, 0], green2: [0, 245, 0], blue: [0, 0, 250] },
  });
  await drop(page, open, 6);
  await page.getByRole('link', { name: 'Label', exact: true }).click();
  await chooseQueue(page, 'diverse');
  await page.getByRole('button', { name: 'Choose the most diverse of 6 pictures' }).click();
  await expect(page.getByTestId('desk-position')).toHaveText('1 of 6');
  const kinds: string[] = [];
  for (let place = 1; place <= 3; place++) {
    await expect(page.getByTestId('desk-position')).toHaveText(`${place} of 6`);
    kinds.push(
      (
        await page
          .getByText(/\.png$/)
          .first()
          .textContent()
      )?.replace(/\d?\.png/, '') ?? '',
    );
    await page.keyboard.press('PageDown');
  }
  expect(kinds.toSorted()).toEqual(['blue', 'green', 'red']);
});
