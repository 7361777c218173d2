/** Two annotators in two windows label one picture: consensus, undo, known truth, and a picture sent back with a word. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { drawPatterns, dropFiles, expect, test } from './app.ts';
import { drag } from './desk-page.ts';

test.use({ task: 'detection' });

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
  await drag(page, { x: 0.1, y: 0.1 }, { x: 0.5, y: 0.5 });
  await drag(page, { x: 0.7, y: 0.7 }, { x: 0.9, y: 0.9 });
  await expect(cells(page)).toContainText('2');
  await drag(other, { x: 0.12, y: 0.1 }, { x: 0.52, y: 0.5 });
  await expect(cells(other)).toContainText('1');
  for (const window of [page, other]) {
    await window.getByTestId('desk-submit').click();
    await expect(window.getByText('Nothing is left in this queue')).toBeVisible();
  }

  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await page.getByRole('link', { name: 'Team' }).click();
  await expect(page.getByTestId('answer')).toHaveText([
    /Consensus: 1 box, 1 left out/,
    /Ada: 2 boxes/,
    /Ben: 1 box/,
  ]);
  await page
    .getByTestId('agreement-matrix')
    .getByRole('button', { name: /^Ada and Ben: F1 67 %/ })
    .first()
    .click();
  await expect(page.getByTestId('disagreement')).toHaveText([
    /Ada: 2 boxes, 1 not shared/,
    /Ben: 1 box, all of them shared/,
  ]);
  await page.keyboard.press('Escape');
  await page.getByTestId('agreement').locator('label', { hasText: 'Mean IoU' }).click();
  await expect(page.getByTestId('measure-definition')).toContainText('intersection over union');
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
  await drag(other, { x: 0.6, y: 0.6 }, { x: 0.9, y: 0.9 });
  await expect(cells(other)).toContainText('1');
  await other.getByTestId('desk-submit').click();
  await expect(other.getByText('1 missed, 1 where nothing is.')).toBeVisible();

  await page.getByLabel('New comment').fill('The rim is cut off');
  await page.getByRole('button', { name: 'Reject with it' }).click();
  await expect(page.getByTestId('comment')).toContainText('The rim is cut off');
  await expect(page.getByTestId('desk-state')).toHaveText('Rejected');
  await page.evaluate(() => {
    window.location.hash = '/desk?state=rejected';
  });
  await expect(page.getByTestId('comment')).toContainText('The rim is cut off');
  await page.getByLabel('New comment').fill('Cut off, but a cell');
  await page.getByRole('button', { name: 'Accept with it' }).click();
  await expect(page.getByTestId('desk-state')).toHaveText('Labelled');
  expect(app.complaints).toEqual([]);
});
