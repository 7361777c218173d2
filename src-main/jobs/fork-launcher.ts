/** Starts workers by `child_process.fork`: the launcher of the hosts that run in plain Node. */
import { type ChildProcess, fork } from 'node:child_process';
import type { WorkerExit, WorkerLauncher, WorkerProcess, WorkerRole } from './worker-port.ts';

/** Kept of what a worker writes: enough for the stack of an abort. */
const tailLength = 4_000;
/** After the exit, how long its last output is waited for. */
const tailPatienceMs = 200;
/** Files are synced side by side only as far as Node's pool of threads goes; its default is 4. */
const poolThreads = '16';

/** @param entry the worker's script, given the role as its first argument. */
export function createForkLauncher(entry: string): WorkerLauncher {
  return {
    launch: (role: WorkerRole) =>
      toWorkerProcess(
        fork(entry, [role], {
          serialization: 'advanced',
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
          execArgv: [],
          env: { UV_THREADPOOL_SIZE: poolThreads, ...process.env },
        }),
      ),
  };
}

function toWorkerProcess(child: ChildProcess): WorkerProcess {
  const tail = collectTail(child);
  const exit = Promise.withResolvers<WorkerExit>();
  child.once('error', (error) => exit.resolve({ code: null, signal: null, stderrTail: error.message }));
  child.once('exit', (code, signal) => {
    const settle = () => exit.resolve({ code, signal, stderrTail: tail() });
    child.once('close', settle);
    setTimeout(settle, tailPatienceMs);
  });
  return {
    pid: child.pid,
    send: (message) => {
      if (child.connected) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exit.promise.then(listener),
    kill: () => void child.kill('SIGKILL'),
  };
}

function collectTail(child: ChildProcess): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-tailLength);
    });
  }
  return () => tail.trim();
}
