/** Tells a worker that hangs from one that works silently inside native code. */
import { readFileSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly pid: number | undefined;
  /** A worker that neither says anything nor uses the processor for this long hangs. */
  readonly silenceMs: number;
  /** A worker that says nothing for this long hangs, even if it uses the processor. */
  readonly blockedMs: number;
  readonly onHang: (reason: string) => void;
}

export interface Watchdog {
  /** The worker has said something. */
  hear(): void;
  stop(): void;
}

const checksPerLimit = 12;
/** Below this share of one core over the silent time a worker counts as idle; its watch on the station uses less. */
const idleShare = 0.02;
/** Linux counts processor time in ticks of 10 ms. */
const tickMs = 10;

/** A machine that slept, or a station that was itself held up, is not taken for the worker's silence. */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  const checkMs = options.silenceMs / checksPerLimit;
  const now = () => options.clock.monotonic();
  let heardAt = now();
  let checkedAt = heardAt;
  let cpuMsWhenHeard: number | undefined;

  const check = (): void => {
    const lateMs = now() - checkedAt - checkMs;
    checkedAt = now();
    if (lateMs > checkMs) heardAt += lateMs;
    const silentMs = now() - heardAt;
    const cpuMs = readCpuMs(options.pid);
    cpuMsWhenHeard ??= cpuMs;
    const isIdle = cpuMs !== undefined && cpuMs - (cpuMsWhenHeard ?? 0) < idleShare * silentMs;
    if (silentMs >= options.blockedMs || (isIdle && silentMs >= options.silenceMs)) {
      options.onHang(`the worker gave no sign of life for ${Math.round(silentMs / 1000)} s`);
    }
  };
  const timer = setInterval(check, checkMs);
  timer.unref();
  return {
    hear() {
      heardAt = now();
      cpuMsWhenHeard = undefined;
    },
    stop: () => clearInterval(timer),
  };
}

/** Processor time of a process; undefined where the system does not tell. */
function readCpuMs(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return tickMs * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}
