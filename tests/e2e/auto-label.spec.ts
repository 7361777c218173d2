/** A model labels what nobody has: its suggestions are reviewed by keys, and its errors among the sure ones are counted. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type App, dropFiles, expect, test } from './app.ts';
import { writeColourModel } from './colour-model.ts';

const cli = join(import.meta.dirname, '../../src-main/hosts/cli/index.ts');

/** Of three the model is sure, of the fourth it is not; `slip` is green to whoever looks at it. */
const colours = {
  ...{ poppy: [250, 5, 0], meadow: [5, 250, 0], slip: [245, 10, 0] },
  torn: [190, 185, 0],
} as const;

async function drawColours({ folder }: App): Promise<string[]> {
  await mkdir(join(folder, 'open'));
  return Promise.all(
    Object.entries(colours).map(async ([name, [r, g, b]]) => {
      const file = join(folder, 'open', `${name}.png`);
      const create = { width: 64, height: 64, channels: 3, background: { r, g, b } } as const;
      await writeFile(file, await sharp({ create }).png().toBuffer());
      return file;
    }),
  );
}

async function importModel({ folder }: App): Promise<void> {
  const file = join(folder, 'colours.onnx');
  await writeFile(file, writeColourModel());
  const classes = ['--classes', 'red,green,blue'];
  const args = [
    'models',
    'import',
    file,
    '--name',
    'colours',
    ...classes,
    '--data-dir',
    join(folder, 'station'),
  ];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(await new Promise((done) => child.once('exit', done))).toBe(0);
}

test('a model labels what nobody has, the doubtful and a sample of the sure wait, and its errors are counted', async ({
  app,
}) => {
  const { page } = app;
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page.getByText('Drop pictures or folders here')).toBeVisible();
  await dropFiles(page, await drawColours(app));
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Import/ }).click();
  await expect(page.getByTestId('image-count')).toHaveText('4 pictures');
  await importModel(app);

  await page.getByRole('button', { name: 'Label by model' }).first().click();
  await dialog.getByRole('slider', { name: /looked at all the same/ }).press('End');
  await dialog.getByRole('button', { name: 'Label 4 pictures' }).click();
  await expect(dialog.getByRole('row', { name: /colours\/1/ })).toContainText('3 wait to be looked at');
  await page.keyboard.press('Escape');

  await page.evaluate(() => {
    window.location.hash = '/desk?state=predicted';
  });
  await expect(page.getByText('torn.png')).toBeVisible();
  await expect(page.getByTestId('desk-state')).toHaveText('Suggested by a model');
  const green = page.getByTestId('desk-class').filter({ hasText: 'green' });
  const greenKey = (await green.locator('kbd').textContent()) ?? '';
  await page.keyboard.press(greenKey);
  for (let reviewed = 1; reviewed < 4; reviewed++) {
    await expect(page.getByTestId('desk-position')).toContainText(`${reviewed + 1} of 4`);
    const isSlip = await page.getByText('slip.png').isVisible();
    await page.keyboard.press(isSlip ? greenKey : 'a');
  }
  await expect(page.getByText('Nothing is left in this queue')).toBeVisible();

  await page.evaluate(() => {
    window.location.hash = '/data?class=green';
  });
  await expect(page.getByTestId('image-count')).toHaveText('3 pictures');
  await page.getByRole('button', { name: 'Label by model' }).first().click();
  await expect(dialog.getByRole('row', { name: /colours\/1/ })).toContainText('33.3 % of 3');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    window.location.hash = '/desk?q=meadow';
  });
  await expect(page.getByLabel('History of the label')).toContainText('By the model colours/1');
  expect(app.complaints).toEqual([]);
});
