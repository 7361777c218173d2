/** A headless station for development, started anew when its sources change. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, toolEnvironment } from './run-command.ts';

export interface RestartingStation {
  /** Ends the station in order. */
  close(): Promise<void>;
}

/** Editors write a file in several steps, and tools many files at once. */
const quietMs = 300;
const sources = ['src-main', 'src-preload'];

/** Node's own `--watch` will not do: it makes the station's workers report what they import, on the station's channel. */
export function startRestartingStation(args: readonly string[]): RestartingStation {
  const start = () =>
    spawn('node', ['src-main/hosts/headless/index.ts', ...args], {
      cwd: projectRoot,
      env: toolEnvironment,
      stdio: 'inherit',
    });
  let station = start();
  let timer: NodeJS.Timeout | undefined;
  const restart = async () => {
    await end(station);
    console.log('The sources changed: the station starts anew.');
    station = start();
  };
  const watchers = sources.map((dir) =>
    watch(join(projectRoot, dir), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(restart, quietMs);
    }),
  );
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      return end(station);
    },
  };
}

async function end(station: ChildProcess): Promise<void> {
  if (station.exitCode !== null || station.signalCode !== null) return;
  station.kill('SIGTERM');
  await once(station, 'exit');
}
