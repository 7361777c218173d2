/** `npm test`: checks, unit and fault tests, then the built app in a real browser; closes with one line of counts. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findOrInstallBrowser } from './browser.ts';
import { runCommand } from './run-command.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const reports = mkdtempSync(join(tmpdir(), 'fieldstation-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];

if (values.only === undefined || values.only === 'check') await stage('check', 'node', ['build/check.ts']);
if (values.only === undefined || values.only === 'unit') await runUnitTests();
if (values.only === undefined || values.only === 'e2e') await runEndToEndTests();
rmSync(reports, { recursive: true, force: true });

if (broken.length > 0) console.error(`test: ${broken.join(', ')} failed`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(broken.length > 0 || total.failed > 0 || total.passed === 0 ? 1 : 0);

async function stage(
  name: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<void> {
  if ((await runCommand(command, args, { env })) !== 0) broken.push(name);
}

async function runUnitTests(): Promise<void> {
  const report = join(reports, 'unit.json');
  await stage('unit', 'vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`]);
  if (!existsSync(report)) return;
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
  };
  add({ passed: result.numPassedTests, failed: result.numFailedTests, skipped: result.numPendingTests });
}

async function runEndToEndTests(): Promise<void> {
  const browser = await findOrInstallBrowser();
  if ('missing' in browser) {
    console.warn(`\n*** END-TO-END TESTS SKIPPED: ${browser.missing} ***\n`);
    add({ passed: 0, failed: 0, skipped: 1 });
    return;
  }
  await stage('build', 'electron-vite', ['build', '--logLevel', 'warn']);
  const report = join(reports, 'e2e.json');
  await stage('e2e', 'playwright', ['test', '--config', 'tests/e2e/playwright.config.ts'], {
    FIELDSTATION_BROWSER: browser.executable,
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) return;
  const { stats } = JSON.parse(readFileSync(report, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  };
  add({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
}

function add(counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
