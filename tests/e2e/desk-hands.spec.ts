/** Everything else that hands do at the desk: fingers and a pen, many boxes at once, both kinds of label, a lying picture. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright/test';
import sharp from 'sharp';
import { expect, test } from './app.ts';
import { drag, expectBoxes, expectKept, openDesk, openDeskOn, type StagePoint, toPage } from './desk-page.ts';

test.use({ task: 'detection', hasTouch: true });

/** Fingers go down together, move by the steps, and leave. */
async function touch(session: CDPSession, ...fingers: readonly (readonly StagePoint[])[]): Promise<void> {
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly StagePoint[]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map((point, id) => ({ ...point, id })),
    });
  const [first = [], ...others] = (fingers[0] ?? []).map((_, step) =>
    fingers.flatMap((finger) => finger[step] ?? []),
  );
  await send('touchStart', first);
  for (const points of others) await send('touchMove', points);
  await send('touchEnd', []);
}

async function drawByPen(session: CDPSession, from: StagePoint, to: StagePoint): Promise<void> {
  const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', { x, y }: StagePoint) =>
    session.send('Input.dispatchMouseEvent', {
      ...{ type, x, y, pointerType: 'pen', clickCount: 1 },
      button: type === 'mouseMoved' ? 'none' : 'left',
      buttons: type === 'mouseReleased' ? 0 : 1,
    });
  await send('mousePressed', from);
  await send('mouseMoved', { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
  await send('mouseMoved', to);
  await send('mouseReleased', to);
}

/** Stage pixels per picture pixel, and where the picture begins on the stage. */
async function readView(page: Page): Promise<{ scale: number; left: number; top: number }> {
  const canvas = page.getByTestId('desk-canvas');
  const [left = 0, top = 0] = ((await canvas.getAttribute('data-offset')) ?? '').split(' ').map(Number);
  return { scale: Number(await canvas.getAttribute('data-scale')), left, top };
}

test('a finger draws, two fingers zoom and move, and beside a pen a finger only moves the picture', async ({
  app,
}) => {
  const { page } = app;
  await openDesk(app, 1);
  const session = await page.context().newCDPSession(page);
  const [from, to] = [await toPage(page, { x: 0.1, y: 0.1 }), await toPage(page, { x: 0.4, y: 0.3 })];
  const between = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  await touch(session, [from, between, to]);
  await expectBoxes(page, { cell: 1 });
  const before = await readView(page);
  const spread = [0, 40, 80].map((by) => [
    { x: from.x + 100 - by, y: from.y },
    { x: from.x + 200 + by, y: from.y },
  ]);
  await touch(session, ...[0, 1].map((finger) => spread.flatMap((step) => step[finger] ?? [])));
  await expect.poll(async () => (await readView(page)).scale / before.scale).toBeCloseTo(2.6, 1);
  const zoomed = await readView(page);
  const moved = [0, 30, 60].map((by) =>
    [0, 100].map((apart) => ({ x: from.x + apart + by, y: from.y + by })),
  );
  await touch(session, ...[0, 1].map((finger) => moved.flatMap((step) => step[finger] ?? [])));
  await expect.poll(async () => (await readView(page)).left - zoomed.left).toBeCloseTo(60, 0);
  await expectBoxes(page, { cell: 1 });

  await page.keyboard.press('f');
  await drawByPen(session, await toPage(page, { x: 0.6, y: 0.6 }), await toPage(page, { x: 0.8, y: 0.9 }));
  await expectBoxes(page, { cell: 2 });
  const { left } = await readView(page);
  await touch(session, [from, between, { x: from.x + 90, y: from.y }]);
  await expect.poll(async () => (await readView(page)).left - left).toBeCloseTo(90, 0);
  await expectBoxes(page, { cell: 2 });
});

test('a picture that a camera has stored lying is seen and labelled upright', async ({ app }) => {
  const { page, folder } = app;
  const lying = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><rect width="96" height="64" fill="#00f"/><rect width="48" height="32" fill="#f00"/></svg>`;
  await mkdir(join(folder, 'pictures'));
  const file = join(folder, 'pictures', 'lying.jpg');
  await sharp(Buffer.from(lying)).withMetadata({ orientation: 6 }).jpeg().toFile(file);
  await openDeskOn(app, [file]);
  // Turned clockwise, what was the upper left is the upper right: 32 pixels from the left on, 48 high.
  const redAt = (x: number, y: number) =>
    page.getByTestId('desk-stage').evaluate(
      (stage, at) => {
        const [picture, , hand] = stage.querySelectorAll('canvas');
        const scale = Number(hand?.dataset.scale);
        const [left = 0, top = 0] = (hand?.dataset.offset ?? '').split(' ').map(Number);
        const context = picture?.getContext('2d');
        return context?.getImageData(left + at.x * scale, top + at.y * scale, 1, 1).data[0];
      },
      { x, y },
    );
  await expect.poll(() => redAt(48, 24)).toBeGreaterThan(200);
  expect(await redAt(16, 24)).toBeLessThan(60);
  expect(await redAt(48, 72)).toBeLessThan(60);
  await drag(page, { x: 0.5, y: 0 }, { x: 1, y: 0.75 });
  await expect(page.getByTestId('desk-chosen')).toContainText('32 × 48 px');
});

test('boxes are chosen together and aligned, hidden by a key, and the picture is made brighter', async ({
  app,
}) => {
  const { page } = app;
  await openDesk(app, 1);
  await drag(page, { x: 0.125, y: 0.1 }, { x: 0.375, y: 0.3 });
  await drag(page, { x: 0.5, y: 0.6 }, { x: 0.75, y: 0.9 });
  const first = await toPage(page, { x: 0.2, y: 0.2 });
  await page.keyboard.down('Shift');
  await page.mouse.click(first.x, first.y);
  await page.keyboard.up('Shift');
  await expect(page.getByText('2 boxes chosen.')).toBeVisible();
  await page.getByRole('button', { name: 'Align the selected boxes' }).click();
  await page.getByRole('menuitem', { name: 'Left sides' }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('desk-chosen')).toContainText(/Place8, 38/);
  await page.keyboard.press('h');
  await expect(page.getByRole('button', { name: 'Hide or show the boxes' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: 'Brightness and contrast' }).click();
  await page.getByRole('slider', { name: 'brightness' }).press('End');
  const picture = page.getByTestId('desk-stage').locator('canvas').first();
  await expect(picture).toHaveCSS('filter', 'brightness(3) contrast(1)');
});

test('a picture has boxes and a class of its own, and a held key finishes one picture, not the queue', async ({
  app,
}) => {
  const { page } = app;
  await openDesk(app, 3);
  await drag(page, { x: 0.1, y: 0.1 }, { x: 0.4, y: 0.4 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await page.keyboard.press('2');
  await expect(page.getByTestId('desk-tag')).toHaveText('dust');
  await expect(page.getByTestId('desk-state')).toHaveText('Begun');
  await expectBoxes(page, { cell: 1, dust: 0 });
  for (let held = 0; held < 5; held++) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect(page.getByTestId('desk-position')).toContainText('2 of 3');
  await expectKept(page);
  await page.evaluate(() => {
    window.location.hash = '/data?labelled=yes&class=dust';
  });
  await expect(page.getByTestId('image-count')).toHaveText('1 picture');
});
