/** The worker's end of a process that `utility-launcher.ts` started. */
import type { WorkerPort } from '../../jobs/worker-port.ts';

/** Undefined in a process that is none of Electron's. */
export function findUtilityPort(): WorkerPort | undefined {
  const { parentPort } = process;
  if (parentPort === undefined || parentPort === null) return undefined;
  return {
    send: (message) => parentPort.postMessage(message),
    onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
    // Electron ends its utility processes with the app.
    onDisconnect: () => undefined,
  };
}
