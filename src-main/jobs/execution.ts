/** One job in one worker process, from its launch to its settlement. */
import type { JobKind, JobLogLine } from '../../src-preload/contract/job.ts';
import { unreachable } from '../base/app-error.ts';
import type { Clock } from '../base/clock.ts';
import type { JobOutcome } from './job-kind.ts';
import {
  fromErrorMessage,
  type StationMessage,
  toErrorMessage,
  type WorkerMessage,
  workerMessageSchema,
} from './protocol.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';
import type { WorkerExit, WorkerProcess } from './worker-port.ts';

export interface ExecutionOptions {
  readonly worker: WorkerProcess;
  readonly kind: JobKind;
  readonly spec: unknown;
  readonly blobsDir: string;
  readonly clock: Clock;
  readonly silenceMs: number;
  readonly blockedMs: number;
  /** Durable when it returns; what it throws is told to the worker. */
  readonly onUpdate: (update: unknown) => void;
  readonly onProgress: (fraction: number, message: string) => void;
  readonly onLog: (level: JobLogLine['level'], message: string) => void;
  readonly onHeartbeat: () => void;
}

/** `stopped`: the station called the work off to end itself; the job is not over. */
export type Settlement = JobOutcome<unknown> | { readonly status: 'stopped' };

type EndMessage = Extract<WorkerMessage, { type: 'succeeded' | 'failed' | 'cancelled' }>;

export class Execution {
  readonly settlement: Promise<Settlement>;
  readonly #settle: (settlement: Settlement) => void;
  readonly #options: ExecutionOptions;
  readonly #watchdog: Watchdog;
  #isSettled = false;
  /** How the job ends when its worker is gone without a result. */
  #calledOff: 'cancelled' | 'stopped' | undefined;
  #reason: string | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(options: ExecutionOptions) {
    const { promise, resolve } = Promise.withResolvers<Settlement>();
    this.settlement = promise;
    this.#settle = resolve;
    this.#options = options;
    this.#watchdog = createWatchdog({
      ...options,
      pid: options.worker.pid,
      onHang: (reason) => this.#giveUp(reason),
    });
    options.worker.onMessage((message) => this.#receive(message));
    options.worker.onExit((exit) => this.#finish(this.#toSettlement(exit)));
  }

  /** Asks the body to end through its signal, and kills the process when it has not after `graceMs`. */
  callOff(as: 'cancelled' | 'stopped', graceMs: number): void {
    if (this.#isSettled || this.#calledOff === 'cancelled') return;
    this.#calledOff = as;
    this.#send({ type: 'cancel' });
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.#options.worker.kill(), graceMs);
  }

  #receive(received: unknown): void {
    if (this.#isSettled) return;
    this.#watchdog.hear();
    const { data: message } = workerMessageSchema.safeParse(received);
    if (message) this.#heed(message);
    else this.#giveUp('the worker sent a message that no version of this station knows');
  }

  #heed(message: WorkerMessage): void {
    if (message.type === 'ready') this.#start();
    else if (message.type === 'heartbeat') this.#options.onHeartbeat();
    else if (message.type === 'progress') this.#options.onProgress(message.fraction, message.message);
    else if (message.type === 'log') this.#options.onLog(message.level, message.message);
    else if (message.type === 'commit') this.#commit(message.sequence, message.update);
    else this.#finish(this.#toOutcome(message));
  }

  #toOutcome(message: EndMessage): Settlement {
    switch (message.type) {
      case 'succeeded':
        return { status: 'succeeded', result: message.result };
      case 'failed':
        return { status: 'failed', error: fromErrorMessage(message.error) };
      case 'cancelled':
        return { status: this.#calledOff ?? 'cancelled' };
      default:
        return unreachable(message);
    }
  }

  #start(): void {
    const { kind, spec, blobsDir } = this.#options;
    this.#send({ type: 'start', kind, spec, blobsDir });
    if (this.#calledOff) this.#send({ type: 'cancel' });
  }

  #commit(sequence: number, update: unknown): void {
    try {
      this.#options.onUpdate(update);
      this.#send({ type: 'committed', sequence });
    } catch (error) {
      this.#send({ type: 'refused', sequence, error: toErrorMessage(error) });
    }
  }

  #giveUp(reason: string): void {
    this.#reason ??= reason;
    this.#options.worker.kill();
  }

  /** The worker has nothing durable of its own: once its result is here it can be killed at once. */
  #finish(settlement: Settlement): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#killTimer);
    this.#watchdog.stop();
    this.#options.worker.kill();
    this.#settle(settlement);
  }

  #toSettlement(exit: WorkerExit): Settlement {
    if (this.#calledOff) return { status: this.#calledOff };
    return { status: 'crashed', reason: this.#reason ?? describeExit(exit) };
  }

  #send(message: StationMessage): void {
    this.#options.worker.send(message);
  }
}

function describeExit(exit: WorkerExit): string {
  const how = exit.signal
    ? `was ended by ${exit.signal}${exit.signal === 'SIGKILL' ? ' (killed from outside, or out of memory)' : ''}`
    : exit.code === null
      ? 'could not be started'
      : `exited with code ${exit.code}`;
  return `the worker process ${how}${exit.stderrTail ? `; it last wrote: ${exit.stderrTail}` : ''}`;
}
