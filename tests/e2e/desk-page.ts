/** The labelling desk with small pictures on it, and a hand that drags on them. */
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { type App, drawPatterns, dropFiles, expect } from './app.ts';

export interface StagePoint {
  readonly x: number;
  readonly y: number;
}

/** Pictures of 64 pixels a side in, classes `cell` and `dust` made, the desk open on the first. */
export async function openDesk(app: App, pictures: number): Promise<void> {
  await openDeskOn(app, await drawPatterns(join(app.folder, 'pictures'), 'dots', pictures));
}

export async function openDeskOn({ page }: App, files: readonly string[]): Promise<void> {
  const pictures = files.length;
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

/** A drag between two points of the picture, given as parts of 64 pixels. */
export async function drag(page: Page, from: StagePoint, to: StagePoint): Promise<void> {
  const [a, b] = [await toPage(page, from), await toPage(page, to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.mouse.move(b.x, b.y);
  await page.mouse.up();
}

/** Pixels of the page. @param point in parts of 64 pixels of the picture */
export async function toPage(page: Page, point: StagePoint): Promise<StagePoint> {
  const canvas = page.getByTestId('desk-canvas');
  const area = await canvas.boundingBox();
  const scale = Number(await canvas.getAttribute('data-scale'));
  const [left = 0, top = 0] = ((await canvas.getAttribute('data-offset')) ?? '').split(' ').map(Number);
  return { x: (area?.x ?? 0) + left + point.x * 64 * scale, y: (area?.y ?? 0) + top + point.y * 64 * scale };
}

export async function expectBoxes(page: Page, counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, count] of Object.entries(counts)) {
    await expect(page.getByTestId('desk-class').filter({ hasText: name })).toContainText(String(count));
  }
}

export async function expectKept(page: Page): Promise<void> {
  await expect(page.getByTestId('desk-kept')).toHaveText('All kept');
}
