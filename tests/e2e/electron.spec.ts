/** The desktop host itself, where Electron's runtime is installed; elsewhere skipped, and said so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from 'playwright/test';
import { findElectron } from '../../build/electron-runtime.ts';

const root = join(import.meta.dirname, '../..');

test('the desktop window opens on a station of its own', async () => {
  const runtime = await findElectron();
  if ('missing' in runtime) {
    console.warn(`*** SKIPPED: ${runtime.missing}; the desktop host is tested by its seams only ***`);
    test.skip(true, runtime.missing);
    return;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'fieldstation-electron-'));
  const app = await _electron.launch({
    executablePath: runtime.executable,
    args: [root],
    env: { ...process.env, FIELDSTATION_DATA_DIR: dataDir },
  });
  const page = await app.firstWindow();
  await expect(page.getByTestId('connection-state')).toHaveText('Connected');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
});
