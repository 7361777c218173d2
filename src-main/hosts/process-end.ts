/** How a process ends: asked by Ctrl-C, a service manager or a closed terminal, or by a bug. */
import type { Log } from '../base/log.ts';

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const interruptedStatus = 130;

/** Resolves at the first request to end; the second ends the process at once, with status 130. */
export function onceAskedToEnd(): Promise<void> {
  return new Promise((resolve) => onAskedToEnd(resolve));
}

/** Calls the listener at the first request to end; the second ends the process at once, with status 130. */
export function onAskedToEnd(listener: () => void): void {
  let isAsked = false;
  for (const signal of endSignals) {
    process.on(signal, () => {
      if (isAsked) process.exit(interruptedStatus);
      isAsked = true;
      listener();
    });
  }
}

/** A bug that nobody caught ends the process as ever; its stack is then in the log as well. */
export function logDeath(log: Log): void {
  process.on('uncaughtExceptionMonitor', (error, origin) =>
    log.fatal({ err: error, origin }, 'the process dies of a bug'),
  );
}
