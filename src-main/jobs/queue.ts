/** The durable queue: every job is a row, is worked on in a process of its own, and ends exactly once. */
import type { JobId } from '../../src-preload/contract/ids.ts';
import type { Job, JobKind } from '../../src-preload/contract/job.ts';
import { AppError } from '../base/app-error.ts';
import { CancelledError } from '../base/cancellation.ts';
import type { Clock } from '../base/clock.ts';
import { createId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import type { StartEnd } from '../store/tables/jobs.ts';
import { createEndings, type Endings } from './endings.ts';
import { Execution, type Settlement } from './execution.ts';
import type { JobHandler } from './job-kind.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { WorkerLauncher } from './worker-port.ts';

/** Handlers of any request, spec, update and result fit: each is written beside the body it belongs to. */
export type AnyJobHandler = JobHandler<unknown, unknown, unknown, unknown>;
export type JobHandlers = Readonly<Record<JobKind, AnyJobHandler>>;

export interface JobDraft {
  readonly kind: JobKind;
  /** What the job works for: the import, run or evaluation id. */
  readonly subject: string;
  /** For a person: "Train leaf on leaf@2". */
  readonly title: string;
  /** Anything JSON holds; the handler gets it back at each start. */
  readonly request: unknown;
}

export interface JobQueue {
  /** Takes up what the station before this one left, and begins to work. */
  start(): void;
  /** Writes the row; inside a transaction the job exists, and starts, with the caller's rows or not at all. */
  enqueue(draft: JobDraft): Job;
  /**
   * A queued job ends at once; a running one gets its signal and, 5 s later, SIGKILL.
   * @throws {AppError} NOT_FOUND, or JOB_NOT_CANCELLABLE when it has ended.
   */
  cancel(id: JobId): Job;
  /** The job once it has ended. @throws {CancelledError} when the signal is aborted first; the job goes on. */
  wait(id: JobId, signal?: AbortSignal): Promise<Job>;
  /** Ends all workers in order; what can be resumed waits in the queue for the next station. */
  shutdown(): Promise<void>;
}

export interface JobTiming {
  readonly cancelGraceMs: number;
  readonly shutdownGraceMs: number;
  readonly silenceMs: number;
  readonly blockedMs: number;
  /** Before a crashed job starts again, times the number of its setbacks. */
  readonly retryDelayMs: number;
  readonly recordIntervalMs: number;
}

export interface JobQueueOptions {
  readonly store: Pick<Store, 'db' | 'jobs' | 'folder'>;
  readonly launcher: WorkerLauncher;
  readonly clock: Clock;
  readonly log: Log;
  readonly handlers: JobHandlers;
  /** Whenever a row has changed; a few times a second at most for a job that runs. */
  readonly onChange: (job: Job) => void;
  readonly timing?: Partial<JobTiming>;
}

const defaultTiming: JobTiming = {
  cancelGraceMs: 5_000,
  shutdownGraceMs: 3_000,
  silenceMs: 60_000,
  blockedMs: 15 * 60_000,
  retryDelayMs: 1_000,
  recordIntervalMs: 250,
};

/**
 * Jobs of one lane run one after the other, lanes side by side: a person who imports pictures or compares two
 * models does not wait for the end of a training run.
 */
const lanes = {
  import: 'intake',
  train: 'training',
  evaluate: 'evaluation',
  export: 'output',
  label: 'labelling',
  score: 'labelling',
  measure: 'measuring',
  diversify: 'measuring',
} as const satisfies Record<JobKind, string>;
type Lane = (typeof lanes)[JobKind];

const stationStopped = 'the station stopped while the job was running';
/** Power cuts are no fault of a job, but one that takes its machine down must not do so at each start for ever. */
const mostInterruptions = 20;

export function createJobQueue(options: JobQueueOptions): JobQueue {
  return new DurableJobQueue(options);
}

interface RunningJob {
  readonly job: Job;
  readonly request: unknown;
  readonly execution: Execution;
  readonly recorder: Recorder;
  /** Resolves when the end of the job is written. */
  readonly ended: Promise<void>;
}

class DurableJobQueue implements JobQueue {
  readonly #options: JobQueueOptions;
  readonly #timing: JobTiming;
  readonly #endings: Endings;
  readonly #running = new Map<Lane, RunningJob>();
  readonly #notBefore = new Map<JobId, number>();
  readonly #waiting = new Map<JobId, Set<(job: Job) => void>>();
  #state: 'new' | 'working' | 'stopping' = 'new';
  #pumpTimer: NodeJS.Timeout | undefined;
  #pumpAt = Number.POSITIVE_INFINITY;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#endings = createEndings({
      ...options,
      onEnded: (id) => this.#announce(id),
      onPostponed: (job) => this.#postpone(job),
    });
  }

  start(): void {
    this.#state = 'working';
    for (const job of this.#jobs.list({ status: 'running', limit: 1_000 })) this.#recover(job);
    this.#pumpIn(0);
  }

  enqueue(draft: JobDraft): Job {
    const { store, clock } = this.#options;
    const id = createId(clock) as JobId;
    this.#jobs.insert({ ...draft, id, createdAt: clock.now() });
    this.#announce(id);
    store.db.afterCommit(() => this.#pumpIn(0));
    return this.#jobs.get(id);
  }

  cancel(id: JobId): Job {
    const job = this.#jobs.get(id);
    if (job.status === 'queued') this.#endings.end(job, this.#jobs.readRequest(id), { status: 'cancelled' });
    else if (job.status === 'running') this.#cancelRunning(job);
    else {
      throw new AppError('JOB_NOT_CANCELLABLE', `the job "${job.title}" has already ended (${job.status})`, {
        data: { id, status: job.status },
      });
    }
    return this.#jobs.get(id);
  }

  wait(id: JobId, signal?: AbortSignal): Promise<Job> {
    const job = this.#jobs.get(id);
    if (job.endedAt !== null) return Promise.resolve(job);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      const listeners = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, listeners.add(resolve));
      const onAbort = () => {
        listeners.delete(resolve);
        reject(new CancelledError());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  async shutdown(): Promise<void> {
    this.#state = 'stopping';
    clearTimeout(this.#pumpTimer);
    const running = [...this.#running.values()];
    for (const { execution } of running) execution.callOff('stopped', this.#timing.shutdownGraceMs);
    await Promise.all(running.map(({ ended }) => ended));
    this.#endings.retry();
  }

  get #jobs(): Store['jobs'] {
    return this.#options.store.jobs;
  }

  /** A row found `running` at the start: its worker died with the station before this one. */
  #recover(job: Job): void {
    const request = this.#jobs.readRequest(job.id);
    const ledger = this.#jobs.readLedger(job.id);
    if (ledger.cancelRequested) this.#endings.end(job, request, { status: 'cancelled' });
    else if (this.#handler(job).resumesAfterRestart && ledger.interruptions + 1 < mostInterruptions)
      this.#requeue(job, `goes on: ${stationStopped}`, 'interruption');
    else this.#endings.end(job, request, { status: 'crashed', reason: stationStopped });
  }

  #handler(job: Job): AnyJobHandler {
    return this.#options.handlers[job.kind];
  }

  #startsAgain(job: Job): boolean {
    const { resumesAfterRestart, maxAttempts } = this.#handler(job);
    return resumesAfterRestart && this.#jobs.readLedger(job.id).setbacks < maxAttempts;
  }

  /** Looks at the queue after a while; the earliest of several wishes holds. */
  #pumpIn(delayMs: number): void {
    const at = this.#options.clock.monotonic() + delayMs;
    if (this.#state !== 'working' || at >= this.#pumpAt) return;
    clearTimeout(this.#pumpTimer);
    this.#pumpAt = at;
    this.#pumpTimer = setTimeout(() => this.#pump(), delayMs);
  }

  /** Starts the oldest job of every free lane. */
  #pump(): void {
    this.#pumpAt = Number.POSITIVE_INFINITY;
    this.#endings.retry();
    for (const job of this.#readQueued()) {
      if (this.#running.has(lanes[job.kind])) continue;
      const waitMs = (this.#notBefore.get(job.id) ?? 0) - this.#options.clock.monotonic();
      if (waitMs <= 0) this.#tryLaunch(job);
      else this.#pumpIn(waitMs);
    }
  }

  #readQueued(): Job[] {
    try {
      return this.#jobs.listQueued();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the queue of jobs could not be read');
      this.#pumpIn(5 * this.#timing.retryDelayMs);
      return [];
    }
  }

  /** Where even the start can not be written, say on a full disk, the job stays queued and is tried again. */
  #tryLaunch(job: Job): void {
    this.#notBefore.delete(job.id);
    try {
      this.#jobs.start(job.id, this.#options.clock.now());
    } catch (error) {
      this.#options.log.error({ err: error, job: job.id }, 'a job could not be started');
      this.#delay(job, 5 * this.#timing.retryDelayMs);
      return;
    }
    this.#launch(this.#jobs.get(job.id));
  }

  #launch(job: Job): void {
    const request = this.#jobs.readRequest(job.id);
    try {
      const spec = this.#options.handlers[job.kind].prepare(job, request);
      this.#run(job, request, spec);
      this.#announce(job.id);
    } catch (error) {
      this.#endings.end(job, request, { status: 'failed', error: toError(error) });
      this.#pumpIn(0);
    }
  }

  #run(job: Job, request: unknown, spec: unknown): void {
    const recorder = this.#createRecorder(job);
    const execution = this.#createExecution(job, request, spec, recorder);
    const ended = execution.settlement.then((settlement) => this.#settle(job, settlement));
    this.#running.set(lanes[job.kind], { job, request, execution, recorder, ended });
  }

  #createRecorder(job: Job): Recorder {
    const { store, clock, log } = this.#options;
    return createRecorder({
      job,
      store,
      clock,
      log,
      intervalMs: this.#timing.recordIntervalMs,
      onRecorded: () => this.#announce(job.id),
    });
  }

  #createExecution(job: Job, request: unknown, spec: unknown, recorder: Recorder): Execution {
    const { store, launcher, clock, handlers } = this.#options;
    return new Execution({
      worker: launcher.launch('job'),
      kind: job.kind,
      spec,
      blobsDir: store.folder.blobs,
      clock,
      silenceMs: this.#timing.silenceMs,
      blockedMs: this.#timing.blockedMs,
      onUpdate: (update) => store.db.transaction(() => handlers[job.kind].onUpdate(job, request, update)),
      onProgress: recorder.progress,
      onLog: recorder.append,
      onHeartbeat: recorder.heartbeat,
    });
  }

  #settle(job: Job, settlement: Settlement): void {
    const running = this.#running.get(lanes[job.kind]);
    if (settlement.status === 'crashed') running?.recorder.append('error', settlement.reason);
    running?.recorder.close();
    this.#running.delete(lanes[job.kind]);
    try {
      this.#conclude(job, running?.request, settlement);
    } catch (error) {
      this.#options.log.error({ err: error, job: job.id }, 'the settlement of a job could not be recorded');
    }
    this.#pumpIn(0);
  }

  #conclude(job: Job, request: unknown, settlement: Settlement): void {
    if (settlement.status === 'stopped') this.#suspend(job, request);
    else if (settlement.status === 'crashed' && this.#startsAgain(job)) this.#retry(job, settlement.reason);
    else this.#endings.end(job, request, settlement);
  }

  #retry(job: Job, reason: string): void {
    this.#delay(job, this.#timing.retryDelayMs * this.#jobs.readLedger(job.id).setbacks);
    this.#requeue(job, `starts again: ${reason}`, 'crash');
  }

  #suspend(job: Job, request: unknown): void {
    if (this.#handler(job).resumesAfterRestart) {
      this.#requeue(job, 'goes on when the station starts again', 'shutdown');
    } else this.#endings.end(job, request, { status: 'crashed', reason: stationStopped });
  }

  #delay(job: Job, delayMs: number): void {
    this.#notBefore.set(job.id, this.#options.clock.monotonic() + delayMs);
    this.#pumpIn(delayMs);
  }

  #requeue(job: Job, message: string, endedBy: StartEnd): void {
    try {
      this.#jobs.requeue(job.id, message.slice(0, 500), endedBy);
    } catch (error) {
      this.#options.log.error({ err: error, job: job.id }, 'a job could not be put back into the queue');
    }
    this.#announce(job.id);
  }

  #cancelRunning(job: Job): void {
    this.#jobs.requestCancel(job.id);
    const running = this.#running.get(lanes[job.kind]);
    if (running?.job.id === job.id) running.execution.callOff('cancelled', this.#timing.cancelGraceMs);
    else this.#endings.end(job, this.#jobs.readRequest(job.id), { status: 'cancelled' });
  }

  /** Tells what was committed, never what is rolled back. */
  #announce(id: JobId): void {
    this.#options.store.db.afterCommit(() => {
      const job = this.#jobs.find(id);
      if (!job) return;
      this.#options.onChange(job);
      if (job.endedAt !== null) this.#wake(job);
    });
  }

  /** Nobody is left waiting because of a full disk. */
  #postpone(job: Job): void {
    this.#options.onChange(job);
    this.#wake(job);
    this.#pumpIn(5 * this.#timing.retryDelayMs);
  }

  #wake(job: Job): void {
    const listeners = this.#waiting.get(job.id) ?? [];
    this.#waiting.delete(job.id);
    for (const listener of listeners) listener(job);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
