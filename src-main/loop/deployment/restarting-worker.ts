/** The serving worker's process: started when first needed, watched for silence, and started again whenever it dies. */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { WorkerExit, WorkerLauncher, WorkerProcess } from '../../jobs/worker-port.ts';
import type { ServingRequest } from './serving-protocol.ts';

export interface RestartLimits {
  /** A worker that has left a question open for this long is killed. */
  readonly silenceMs: number;
  /** Pause before the second start after a death; doubled at each further one up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export interface RestartingWorkerOptions {
  readonly launcher: WorkerLauncher;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: RestartLimits;
  readonly onMessage: (message: unknown) => void;
  /** Before the next start. */
  readonly onDeath: () => void;
  /** Whether something that was sent before that time is still open. @param since of the monotonic clock */
  readonly isOpenSince: (since: number) => boolean;
}

/** A worker that lived this long did not die of what killed the one before it. */
const healthyLifeMs = 60_000;

export class RestartingWorker {
  readonly #options: RestartingWorkerOptions;
  #worker: WorkerProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #deaths = 0;
  #lastDeath: string | undefined;
  #startedAt = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #watchTimer: NodeJS.Timeout | undefined;

  constructor(options: RestartingWorkerOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** In a row, without a sign of health between. */
  get deaths(): number {
    return this.#deaths;
  }

  get lastDeath(): string | undefined {
    return this.#lastDeath;
  }

  ensureStarted(): void {
    if (!this.#worker && !this.#startTimer && !this.#isClosed) this.#start();
  }

  /** The process listens. */
  markReady(): void {
    this.#isReady = true;
  }

  /** The process has done what it is for. */
  markHealthy(): void {
    this.#deaths = 0;
  }

  /** Nothing is sent to a process that is not ready. */
  send(request: ServingRequest): void {
    if (this.#isReady) this.#worker?.send(request);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#startTimer);
    clearTimeout(this.#watchTimer);
    this.#worker?.kill();
  }

  #start(): void {
    this.#startTimer = undefined;
    const worker = this.#options.launcher.launch('serving');
    this.#worker = worker;
    this.#startedAt = this.#options.clock.monotonic();
    worker.onMessage((message) => {
      if (this.#worker === worker) this.#options.onMessage(message);
    });
    worker.onExit((exit) => {
      if (this.#worker === worker) this.#mourn(exit);
    });
    this.#watch();
  }

  #mourn(exit: WorkerExit): void {
    const { clock, log, onDeath } = this.#options;
    this.#worker = undefined;
    this.#isReady = false;
    const lifeMs = clock.monotonic() - this.#startedAt;
    this.#deaths = lifeMs < healthyLifeMs ? this.#deaths + 1 : 1;
    this.#lastDeath = describeExit(exit);
    clearTimeout(this.#watchTimer);
    if (this.#isClosed) return;
    log.warn({ deaths: this.#deaths, exit }, `serving: ${this.#lastDeath}`);
    onDeath();
    this.#startAgain();
  }

  #startAgain(): void {
    const { firstPauseMs, longestPauseMs } = this.#options.limits;
    const pauseMs = this.#deaths < 2 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#deaths - 2));
    this.#startTimer = setTimeout(() => this.#start(), pauseMs);
  }

  /** Kills a worker that has stopped answering; its death is then dealt with like any other. */
  #watch(): void {
    const { clock, limits, isOpenSince } = this.#options;
    this.#watchTimer = setTimeout(() => {
      if (isOpenSince(clock.monotonic() - limits.silenceMs)) this.#worker?.kill();
      else this.#watch();
    }, limits.silenceMs / 4);
    this.#watchTimer.unref();
  }
}

function describeExit({ code, signal, stderrTail }: WorkerExit): string {
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`;
  const wrote = stderrTail.split('\n').slice(-3).join(' ').trim();
  return `the serving worker ${how}${wrote ? `; it last wrote: ${wrote}` : ''}`;
}
