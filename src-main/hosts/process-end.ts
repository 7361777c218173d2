/** How a process is asked to end: Ctrl-C, a service manager, a closed terminal. */

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
