/** Two annotators in two windows label one picture: consensus, undo, known truth, and a picture sent back with a word. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { drawPatterns, dropFiles, expect, test } from './app.ts';

test.use({ task: 'detection' });

/** A drag between two points of the desk's picture of 64 pixels a side, given as shares of it. */
async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]) {
  const canvas = page.getByTestId('desk-canvas');
  const area = await canvas.boundingBox();
  const scale = Number(await canvas.getAttribute('data-scale'));
  const [left = 0, top = 0] = ((await canvas.getAttribute('data-offset')) ?? '').split(' ').map(Number);
  const at = ([x, y]: readonly [number, number]) =>
    [(area?.x ?? 0) + left + x * 64 * scale, (area?.y ?? 0) + top + y * 64 * scale] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

async function labelAs(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Annotator' }).fill(name);
  await page.getByRole('combobox', { name: 'Annotator' }).press('Enter');
  await expect(page.getByTestId('desk-canvas')).toBeVisible();
}

const cells = (page: Page) => page.getByTestId('desk-class').filter({ hasText: 'cell' });

test('two annotators answer one picture, the consensus is seen, taken, undone, and known truth is told', async ({
  app,
  context,
}) => {
  const { page, folder } = app;
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page.getByText('Drop pictures or folders here')).toBeVisible();
  await dropFiles(page, await drawPatterns(join(folder, 'pictures'), 'dots', 1));
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Import/ })
    .click();
  await expect(page.getByTestId('image-count')).toHaveText('1 picture');
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByLabel('Answered by several').fill('100');
  await page.getByLabel('Answered by several').press('Enter');
  await expect(page.getByText('No answers wait')).toBeVisible();

  await page.getByRole('link', { name: 'Label', exact: true }).click();
  await page.getByLabel('New class').fill('cell');
  await page.getByLabel('New class').press('Enter');
  await expect(cells(page)).toBeVisible();
  const other = await context.newPage();
  await other.goto(page.url());
  await labelAs(page, 'Ada');
  await labelAs(other, 'Ben');
  await drag(page, [0.1, 0.1], [0.5, 0.5]);
  await drag(page, [0.7, 0.7], [0.9, 0.9]);
  await expect(cells(page)).toContainText('2');
  await drag(other, [0.12, 0.1], [0.52, 0.5]);
  await expect(cells(other)).toContainText('1');
  for (const window of [page, other]) {
    await window.getByTestId('desk-submit').click();
    await expect(window.getByText('Nothing is left in this queue')).toBeVisible();
  }

  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await page.getByRole('link', { name: 'Team' }).click();
  await expect(page.getByTestId('answer')).toHaveText([
    /Ada: 2 boxes/,
    /Ben: 1 box/,
    /Consensus: 1 box, 1 left out/,
  ]);
  await expect(page.getByTestId('agreement')).toContainText('Ada and Ben');
  const consensus = page.getByTestId('consensus');
  await consensus.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('No answers wait')).toBeVisible();
  await consensus.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('answer')).toHaveCount(3);
  await consensus.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('No answers wait')).toBeVisible();

  await page.evaluate(() => {
    window.location.hash = '/desk?all=yes';
  });
  await page.getByRole('combobox', { name: 'Annotator' }).fill('');
  await page.getByRole('combobox', { name: 'Annotator' }).press('Enter');
  await expect(cells(page)).toContainText('1');
  await page.getByRole('switch', { name: 'Known truth for annotators' }).click();
  await expect(page.getByRole('switch', { name: 'Known truth for annotators' })).toBeChecked();
  await other.evaluate(() => {
    window.location.hash = '/desk';
  });
  await labelAs(other, 'Cleo');
  await expect(cells(other)).toContainText('0');
  await expect(other.getByText('History of the label')).toBeHidden();
  await drag(other, [0.6, 0.6], [0.9, 0.9]);
  await expect(cells(other)).toContainText('1');
  await other.getByTestId('desk-submit').click();
  await expect(other.getByText('1 missed, 1 where nothing is.')).toBeVisible();

  await page.getByLabel('New comment').fill('The rim is cut off');
  await page.getByRole('button', { name: 'Reject with it' }).click();
  await expect(page.getByTestId('comment')).toContainText('The rim is cut off');
  await expect(page.getByTestId('desk-state')).toHaveText('Rejected');
  expect(app.complaints).toEqual([]);
});
