/** The worker's end of a process that `fork-launcher.ts` started; the process never outlives its station. */
import { Worker } from 'node:worker_threads';
import type { WorkerPort } from './worker-port.ts';

/**
 * Runs on a thread of its own, since native code may hold the main thread for seconds: when the parent has gone,
 * the whole process is killed at once.
 */
const watchSource = `
const { workerData: parent } = require('node:worker_threads');
const isGone = () => {
  if (process.ppid !== parent) return true;
  try { process.kill(parent, 0); return false; } catch (error) { return error.code === 'ESRCH'; }
};
setInterval(() => { if (isGone()) process.kill(process.pid, 'SIGKILL'); }, 500);
`;

/**
 * For `src-main/worker.ts` in plain Node. Interrupts typed at a terminal reach every process of it: the worker
 * leaves them to the station, which ends it in order.
 */
export function createForkPort(): WorkerPort {
  // Asked for here: by the time the thread runs, the parent may have gone and another have taken its place.
  new Worker(watchSource, { eval: true, workerData: process.ppid }).unref();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
    onDisconnect: (listener) => void process.on('disconnect', listener),
  };
}
