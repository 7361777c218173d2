/** The labelling desk as a person uses it, by mouse and by keys, and what survives a power cut. */
import { expect, test } from './app.ts';
import { drag, expectBoxes, expectKept, openDesk } from './desk-page.ts';

test.use({ task: 'detection' });

test('a drag inside a box draws another, and both are there after a power cut', async ({ app }) => {
  const { page } = app;
  await openDesk(app, 1);
  await drag(page, { x: 0.1, y: 0.1 }, { x: 0.9, y: 0.9 });
  await expectBoxes(page, { cell: 1 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  await drag(page, { x: 0.3, y: 0.3 }, { x: 0.6, y: 0.6 });
  await expectBoxes(page, { cell: 1, dust: 1 });
  await expect(page.getByTestId('desk-state')).toHaveText('Begun');
  await expectKept(page);
  await app.restart();
  await page.getByRole('link', { name: 'Label', exact: true }).click();
  await expectBoxes(page, { cell: 1, dust: 1 });
  // While the station is down the page may say so.
  expect(app.complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});

test('undo goes back over a power cut, stroke by stroke, and redo forward again', async ({ app }) => {
  const { page } = app;
  await openDesk(app, 1);
  await drag(page, { x: 0.1, y: 0.1 }, { x: 0.4, y: 0.4 });
  await drag(page, { x: 0.6, y: 0.6 }, { x: 0.9, y: 0.9 });
  await expectBoxes(page, { cell: 2 });
  await expectKept(page);
  await app.restart();
  await page.getByRole('link', { name: 'Label', exact: true }).click();
  await expectBoxes(page, { cell: 2 });
  await page.keyboard.press('Control+z');
  await expectBoxes(page, { cell: 1 });
  await page.keyboard.press('Control+z');
  await expectBoxes(page, { cell: 0 });
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+Shift+z');
  await expectBoxes(page, { cell: 2 });
});

test('twenty pictures are labelled by keys alone', async ({ app }) => {
  const { page } = app;
  await openDesk(app, 20);
  await drag(page, { x: 0.2, y: 0.2 }, { x: 0.5, y: 0.5 });
  await expectBoxes(page, { cell: 1 });
  await page.keyboard.press('Enter');
  for (let picture = 2; picture <= 20; picture++) {
    await expect(page.getByTestId('desk-position')).toContainText(`${picture} of 20`);
    await page.keyboard.press('r');
    await expectBoxes(page, { cell: 1 });
    await page.keyboard.press('2');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
  }
  await expect(page.getByText('Nothing is left in this queue')).toBeVisible();
  await page.evaluate(() => {
    window.location.hash = '/data?labelled=yes&class=cell';
  });
  await expect(page.getByTestId('image-count')).toHaveText('20 pictures');
});

test('two windows on one picture see each other’s boxes and lose none', async ({ app, context }) => {
  const { page } = app;
  await openDesk(app, 1);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByTestId('desk-class')).toHaveCount(2);
  await drag(page, { x: 0.1, y: 0.1 }, { x: 0.4, y: 0.4 });
  await expectBoxes(other, { cell: 1 });
  await drag(other, { x: 0.6, y: 0.1 }, { x: 0.9, y: 0.4 });
  await drag(page, { x: 0.1, y: 0.6 }, { x: 0.4, y: 0.9 });
  await expectBoxes(page, { cell: 3 });
  await expectBoxes(other, { cell: 3 });
});

test('boxes are chosen, moved, resized, copied and taken away by mouse and keys', async ({ app }) => {
  const { page } = app;
  await openDesk(app, 2);
  await drag(page, { x: 0.25, y: 0.25 }, { x: 0.5, y: 0.5 });
  const place = page.getByTestId('desk-chosen');
  await expect(place).toContainText('16 × 16 px');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(place).toContainText('26, 16');
  await page.keyboard.press('v');
  await drag(page, { x: 0.5, y: 0.37 }, { x: 0.4, y: 0.37 });
  await expect(place).toContainText(/19\.\d, 16/);
  await page.keyboard.press('Control+c');
  await page.keyboard.press('PageDown');
  await expectBoxes(page, { cell: 0 });
  await page.keyboard.press('Control+v');
  await expectBoxes(page, { cell: 1 });
  await page.keyboard.press('Delete');
  await expectBoxes(page, { cell: 0 });
});

test('a key can be another, and one that is taken says by what', async ({ app }) => {
  const { page } = app;
  await openDesk(app, 1);
  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByTestId('key-toggleBoxes').click();
  await page.keyboard.press('z');
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText(/Z is taken: zoom to the next box/);
  await page.keyboard.press('q');
  await expect(page.getByTestId('key-toggleBoxes')).toContainText('Q');
  await page.getByTestId('key-class-dust').click();
  await page.keyboard.press('q');
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText(/Q is taken: hide or show the boxes/);
  await page.keyboard.press('w');
  await expect(page.getByTestId('key-class-dust')).toContainText('W');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('q');
  await expect(page.getByRole('button', { name: 'Hide or show the boxes' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.keyboard.press('w');
  await expect(page.getByTestId('desk-class').filter({ hasText: 'dust' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});
