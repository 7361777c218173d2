/** `npm start [-- --data-dir DIR --port N]`: the desktop app where Electron runs, else the headless host, saying so. */
import { spawn } from 'node:child_process';
import { buildIfStale } from './build-freshness.ts';
import { findElectron } from './electron-runtime.ts';
import { projectRoot, toolEnvironment } from './run-command.ts';

await buildIfStale();
const electron = await findElectron();
if ('executable' in electron) {
  await runDesktop(electron.executable);
} else {
  console.log(`Electron is not used (${electron.missing}); the same station answers in a browser instead.`);
  // In this process, so that Ctrl-C reaches the station and nothing in between.
  await import('../src-main/hosts/headless/index.ts');
}

function runDesktop(executable: string): Promise<void> {
  const child = spawn(executable, [projectRoot, ...process.argv.slice(2)], {
    env: toolEnvironment,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
