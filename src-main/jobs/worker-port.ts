/** A worker process as the station sees it: started, spoken to, watched, killed; hosts fill the launcher. */

/** What a worker process is started for; each has its branch in `src-main/worker.ts`. */
export type WorkerRole = 'job' | 'serving' | 'probe' | 'picture' | 'comparison';

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Structured clone: typed arrays and Buffers pass as they are. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once. A null code with a signal name tells a kill. `stderrTail`: the last lines the process wrote. */
  onExit(listener: (exit: WorkerExit) => void): void;
  /** SIGKILL: the process is gone within milliseconds, whatever native code it is in. */
  kill(): void;
}

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
}

/** Filled by `child_process.fork` in plain Node and by `utilityProcess.fork` in Electron. */
export interface WorkerLauncher {
  launch(role: WorkerRole): WorkerProcess;
}

/** The same port from inside the worker process. */
export interface WorkerPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The station is gone: the worker must end. */
  onDisconnect(listener: () => void): void;
}
