/** Starts workers by `utilityProcess.fork`: the packaged app can not run plain Node. */
import { type UtilityProcess, utilityProcess } from 'electron';
import type { WorkerExit, WorkerLauncher, WorkerProcess } from '../../jobs/worker-port.ts';

/** Kept of what a worker writes: enough for the stack of an abort. */
const tailLength = 4_000;

/** @param entry the worker's script, given the role as its first argument. */
export function createUtilityLauncher(entry: string): WorkerLauncher {
  return {
    launch: (role) =>
      toWorkerProcess(
        utilityProcess.fork(entry, [role], {
          stdio: 'pipe',
          serviceName: `Fieldstation ${role}`,
          execArgv: [],
        }),
      ),
  };
}

function toWorkerProcess(child: UtilityProcess): WorkerProcess {
  const tail = collectTail(child);
  const exit = Promise.withResolvers<WorkerExit>();
  child.once('exit', (code) => exit.resolve({ code, signal: null, stderrTail: tail() }));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void exit.promise.then(listener),
    kill: () => kill(child),
  };
}

/** Electron's own `kill` sends SIGTERM, which native code in a loop does not hear. */
function kill(child: UtilityProcess): void {
  try {
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    else child.kill();
  } catch {
    // It has ended by itself in this moment.
  }
}

function collectTail(child: UtilityProcess): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      tail = (tail + text.toString('utf8')).slice(-tailLength);
    });
  }
  return () => tail.trim();
}
