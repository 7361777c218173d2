/** Finds, or on a machine where it may, installs the browser that the end-to-end tests drive. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { runCommand } from './run-command.ts';

const systemBrowsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export type Browser = { readonly executable: string } | { readonly missing: string };

/** Never throws: where no browser can be had, `missing` says what was tried. */
export async function findOrInstallBrowser(): Promise<Browser> {
  const found = findBrowser();
  if (found) return { executable: found };
  const tried: string[] = ['looked for an installed Chromium'];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    tried.push('apt-get install chromium');
    await runCommand('sh', ['-c', 'apt-get update -qq && apt-get install -y -qq chromium']);
  }
  if (!findBrowser()) {
    tried.push('playwright install chromium');
    await runCommand('playwright', ['install', 'chromium']).catch(() => 1);
  }
  const executable = findBrowser();
  return executable ? { executable } : { missing: `no browser (${tried.join(', ')})` };
}

function findBrowser(): string | undefined {
  const candidates = [process.env.FIELDSTATION_BROWSER, ...systemBrowsers, chromium.executablePath()];
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path));
}
