/** The labelling desk as a person uses it, by mouse and by keys, and what survives a power cut. */
import { join } from 'node:path';
import { type App, drawPatterns, dropFiles, expect, test } from './app.ts';

test.use({ task: 'detection' });

interface StagePoint {
  readonly x: number;
  readonly y: number;
}

/** Pictures in, classes `cell` and `dust` made, the desk open on the first. */
async function openDesk({ page, folder }: App, pictures: number): Promise<void> {
  const files = await drawPatterns(join(folder, 'pictures'), 'dots', pictures);
  await page.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page.getByText('Drop pictures or folders here')).toBeVisible();
  await dropFiles(page, files);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Import/ })
    .click();
  await expect(page.getByTestId('image-count')).toHaveText(`${pictures} picture${pictures === 1 ? '' : 's'}`);
  await page.getByRole('link', { name: 'Label', exact: true }).click();
  for (const name of ['cell', 'dust']) {
    await page.getByLabel('New class').fill(name);
    await page.getByLabel('New class').press('Enter');
    await expect(page.getByTestId('desk-class').filter({ hasText: name })).toBeVisible();
  }
  await page.getByTestId('desk-canvas').click({ position: { x: 5, y: 5 } });
}

/** A drag between two points of the picture, given as shares of its width and height. */
async function drag(page: App['page'], from: StagePoint, to: StagePoint): Promise<void> {
  const [a, b] = [await toPage(page, from), await toPage(page, to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.mouse.move(b.x, b.y);
  await page.mouse.up();
}

/** Pictures of the pattern are 64 pixels a side. */
async function toPage(page: App['page'], { x, y }: StagePoint): Promise<StagePoint> {
  const canvas = page.getByTestId('desk-canvas');
  const area = await canvas.boundingBox();
  const scale = Number(await canvas.getAttribute('data-scale'));
  const [left = 0, top = 0] = ((await canvas.getAttribute('data-offset')) ?? '').split(' ').map(Number);
  return { x: (area?.x ?? 0) + left + x * 64 * scale, y: (area?.y ?? 0) + top + y * 64 * scale };
}

async function expectBoxes(page: App['page'], counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, count] of Object.entries(counts)) {
    await expect(page.getByTestId('desk-class').filter({ hasText: name })).toContainText(String(count));
  }
}

async function expectKept(page: App['page']): Promise<void> {
  await expect(page.getByTestId('desk-kept')).toHaveText('All kept');
}

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
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('q');
  await expect(page.getByRole('button', { name: 'Hide or show the boxes' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});
