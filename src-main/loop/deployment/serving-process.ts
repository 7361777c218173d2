/**
 * The serving worker as the station uses it: always the same object, behind it a process that is started when
 * first needed and again whenever it dies. What waits for an answer is asked again of the next process.
 */
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { WorkerExit, WorkerLauncher, WorkerProcess } from '../../jobs/worker-port.ts';
import {
  fromServingError,
  type ServingAnswer,
  type ServingProvider,
  type ServingRequest,
  servingAnswerSchema,
} from './serving-protocol.ts';

export interface ServedFile {
  /** `NAME/VERSION` */
  readonly key: string;
  readonly file: string;
  readonly provider: ServingProvider;
  readonly threads: number;
}

export interface ServingLimits {
  /** Pictures that may wait for an answer, and their bytes together. */
  readonly waitingPictures: number;
  readonly waitingBytes: number;
  /** A worker that has left a question open for this long is killed. */
  readonly silenceMs: number;
  /** Pause before the second start after a death; doubled at each further one up to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const defaultServingLimits: ServingLimits = {
  waitingPictures: 2_000,
  waitingBytes: 1024 ** 3,
  silenceMs: 60_000,
  firstPauseMs: 100,
  longestPauseMs: 30_000,
};

/** Deaths in a row, without one answered picture between, after which waiting for the next start is pointless. */
const deathsUntilRefusal = 5;
/** A picture that was being worked on at this many deaths is not tried again. */
const deathsPerPicture = 3;
/** A worker that lived this long did not die of what killed the one before it. */
const healthyLifeMs = 60_000;
/** A model that was being loaded at this many deaths is not loaded again until it is asked for anew. */
const deathsPerModel = 2;

export interface ServingProcessOptions {
  readonly launcher: WorkerLauncher;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ServingLimits;
}

interface LoadedFile {
  readonly served: ServedFile;
  readonly loading: PromiseWithResolvers<void>;
  readonly sequence: number;
  isReady: boolean;
  /** Wanted no more, and forgotten once its last picture is answered. */
  isLeaving: boolean;
  sentAt: number | undefined;
  deaths: number;
}

interface Question {
  readonly sequence: number;
  readonly key: string;
  readonly picture: Uint8Array;
  readonly answer: PromiseWithResolvers<readonly number[]>;
  sentAt: number | undefined;
  deaths: number;
}

export class ServingProcess {
  readonly #options: ServingProcessOptions;
  readonly #files = new Map<string, LoadedFile>();
  /** In the order in which they came. */
  readonly #questions = new Map<number, Question>();
  #waitingBytes = 0;
  #worker: WorkerProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #deaths = 0;
  #lastDeath: string | undefined;
  #lastSequence = 0;
  #startedAt = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #watchTimer: NodeJS.Timeout | undefined;

  constructor(options: ServingProcessOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  /** Why the worker is down, null while it runs or has not been needed. */
  get trouble(): string | null {
    return this.#deaths > 0 && !this.#isReady ? (this.#lastDeath ?? null) : null;
  }

  has(key: string): boolean {
    return this.#files.has(key);
  }

  isLoaded(key: string): boolean {
    return this.#files.get(key)?.isReady ?? false;
  }

  /**
   * Resolves when the model answers; at once where it is loaded already.
   * @throws {AppError} MODEL_UNREADABLE, BLOB_MISSING, PROVIDER_UNAVAILABLE, SERVING_UNAVAILABLE
   */
  load(served: ServedFile): Promise<void> {
    if (this.#isClosed) return Promise.reject(closing());
    const file = this.#files.get(served.key) ?? this.#open(served);
    file.isLeaving = false;
    return file.loading.promise;
  }

  /** Pictures that wait for the model are still answered by it. */
  unload(key: string): void {
    const file = this.#files.get(key);
    if (!file) return;
    file.isLeaving = true;
    this.#forgetIfIdle(key);
  }

  /**
   * Loads the model first where it is not loaded.
   * @returns probabilities `[classes]`
   * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE, SERVING_UNAVAILABLE, and what `load` throws
   */
  predict(served: ServedFile, picture: Uint8Array): Promise<readonly number[]> {
    this.#checkRoom(picture);
    const { key } = served;
    if (!this.#files.has(key)) this.#open(served);
    const question: Question = {
      sequence: this.#nextSequence(),
      key,
      picture,
      answer: Promise.withResolvers(),
      sentAt: undefined,
      deaths: 0,
    };
    this.#questions.set(question.sequence, question);
    this.#waitingBytes += picture.byteLength;
    this.#dispatch();
    return question.answer.promise;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#startTimer);
    clearTimeout(this.#watchTimer);
    this.#worker?.kill();
    for (const question of [...this.#questions.values()]) this.#reject(question, closing());
    for (const file of this.#files.values()) file.loading.reject(closing());
  }

  #open(served: ServedFile): LoadedFile {
    const file: LoadedFile = {
      served,
      loading: Promise.withResolvers(),
      sequence: this.#nextSequence(),
      isReady: false,
      isLeaving: false,
      sentAt: undefined,
      deaths: 0,
    };
    file.loading.promise.catch(() => undefined);
    this.#files.set(served.key, file);
    if (this.#isReady) this.#sendLoad(file);
    else if (!this.#worker && !this.#startTimer && !this.#isClosed) this.#start();
    return file;
  }

  #forgetIfIdle(key: string): void {
    if (!this.#files.get(key)?.isLeaving) return;
    if (this.#questions.values().some((question) => question.key === key)) return;
    this.#files.delete(key);
    this.#send({ type: 'unload', key });
  }

  #checkRoom(picture: Uint8Array): void {
    const { waitingPictures, waitingBytes } = this.#options.limits;
    if (this.#isClosed) throw closing();
    if (this.#deaths >= deathsUntilRefusal && !this.#isReady)
      throw new AppError(
        'SERVING_UNAVAILABLE',
        `the serving worker died ${this.#deaths} times in a row: ${this.#lastDeath}`,
      );
    const isFull = this.#questions.size >= waitingPictures;
    if (!isFull && this.#waitingBytes + picture.byteLength <= waitingBytes) return;
    throw new AppError(
      'SERVING_UNAVAILABLE',
      `${this.#questions.size} pictures wait for an answer already: send fewer at a time`,
      { data: { waiting: this.#questions.size } },
    );
  }

  #nextSequence(): number {
    return ++this.#lastSequence;
  }

  #start(): void {
    this.#startTimer = undefined;
    const worker = this.#options.launcher.launch('serving');
    this.#worker = worker;
    this.#startedAt = this.#options.clock.monotonic();
    worker.onMessage((message) => {
      if (this.#worker === worker) this.#receive(message);
    });
    worker.onExit((exit) => {
      if (this.#worker === worker) this.#mourn(exit);
    });
    this.#watch();
  }

  #receive(received: unknown): void {
    const answer = servingAnswerSchema.parse(received);
    if (answer.type === 'ready') this.#resume();
    else if (answer.type === 'predicted') this.#resolve(answer);
    else if (answer.type === 'loaded') this.#settleLoad(answer.sequence);
    else this.#fail(answer.sequence, fromServingError(answer.error));
  }

  /** A fresh worker gets all models, then all that waits. */
  #resume(): void {
    this.#isReady = true;
    for (const file of this.#files.values()) this.#sendLoad(file);
    this.#dispatch();
  }

  #sendLoad(file: LoadedFile): void {
    file.sentAt = this.#options.clock.monotonic();
    this.#send({ type: 'load', sequence: file.sequence, ...file.served });
  }

  /** While pictures are open that were being worked on when a worker died, each of them goes alone. */
  #dispatch(): void {
    if (!this.#isReady) return;
    const suspect = this.#questions.values().find(({ deaths }) => deaths > 0);
    if (!suspect) {
      for (const question of this.#questions.values()) this.#ask(question);
    } else if (this.#questions.values().every(({ sentAt }) => sentAt === undefined)) {
      this.#ask(suspect);
    }
  }

  #ask(question: Question): void {
    if (question.sentAt !== undefined) return;
    question.sentAt = this.#options.clock.monotonic();
    const { sequence, key, picture } = question;
    this.#send({ type: 'predict', sequence, key, picture });
  }

  #resolve({ sequence, probabilities }: Extract<ServingAnswer, { type: 'predicted' }>): void {
    const question = this.#take(sequence);
    this.#deaths = 0;
    question?.answer.resolve(probabilities);
    if (question && question.deaths > 0) this.#dispatch();
  }

  #settleLoad(sequence: number): void {
    const file = this.#findFile(sequence);
    if (!file) return;
    file.isReady = true;
    file.deaths = 0;
    file.loading.resolve();
  }

  /** A picture that can not be answered, or a model that can not be loaded. */
  #fail(sequence: number, error: Error): void {
    const question = this.#take(sequence);
    if (question) {
      question.answer.reject(error);
      if (question.deaths > 0) this.#dispatch();
      return;
    }
    const file = this.#findFile(sequence);
    if (file) this.#giveUpModel(file, error);
  }

  #giveUpModel(file: LoadedFile, error: Error): void {
    this.#files.delete(file.served.key);
    file.loading.reject(error);
    for (const question of [...this.#questions.values()]) {
      if (question.key === file.served.key) this.#reject(question, error);
    }
  }

  #mourn(exit: WorkerExit): void {
    this.#worker = undefined;
    this.#isReady = false;
    const lifeMs = this.#options.clock.monotonic() - this.#startedAt;
    this.#deaths = lifeMs < healthyLifeMs ? this.#deaths + 1 : 1;
    this.#lastDeath = describeExit(exit);
    clearTimeout(this.#watchTimer);
    if (this.#isClosed) return;
    this.#options.log.warn({ deaths: this.#deaths, exit }, `serving: ${this.#lastDeath}`);
    this.#blameModels();
    this.#blamePictures();
    this.#startAgain();
  }

  #blameModels(): void {
    for (const file of [...this.#files.values()]) {
      if (!file.isReady) file.deaths++;
      file.isReady = false;
      file.sentAt = undefined;
      if (file.deaths >= deathsPerModel)
        this.#giveUpModel(file, unavailable(file.served.key, this.#lastDeath));
    }
  }

  #blamePictures(): void {
    for (const question of [...this.#questions.values()]) {
      if (question.sentAt !== undefined) question.deaths++;
      question.sentAt = undefined;
      if (question.deaths >= deathsPerPicture || this.#deaths >= deathsUntilRefusal)
        this.#reject(question, unavailable(question.key, this.#lastDeath));
    }
  }

  #startAgain(): void {
    const { firstPauseMs, longestPauseMs } = this.#options.limits;
    const pauseMs = this.#deaths < 2 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#deaths - 2));
    this.#startTimer = setTimeout(() => this.#start(), pauseMs);
  }

  /** Kills a worker that has stopped answering; its death is then dealt with like any other. */
  #watch(): void {
    const { clock, limits } = this.#options;
    this.#watchTimer = setTimeout(() => {
      const since = clock.monotonic() - limits.silenceMs;
      const isLate = ({ sentAt }: { sentAt: number | undefined }) => sentAt !== undefined && sentAt < since;
      const isSilent =
        this.#questions.values().some(isLate) ||
        this.#files.values().some((file) => !file.isReady && isLate(file));
      if (isSilent) this.#worker?.kill();
      else this.#watch();
    }, limits.silenceMs / 4);
    this.#watchTimer.unref();
  }

  #reject(question: Question, error: Error): void {
    this.#take(question.sequence);
    question.answer.reject(error);
  }

  #take(sequence: number): Question | undefined {
    const question = this.#questions.get(sequence);
    if (!question) return undefined;
    this.#questions.delete(sequence);
    this.#waitingBytes -= question.picture.byteLength;
    this.#forgetIfIdle(question.key);
    return question;
  }

  #findFile(sequence: number): LoadedFile | undefined {
    return this.#files.values().find((file) => file.sequence === sequence);
  }

  #send(request: ServingRequest): void {
    if (this.#isReady) this.#worker?.send(request);
  }
}

function closing(): AppError {
  return new AppError('SERVING_UNAVAILABLE', 'the station is closing');
}

function unavailable(key: string, reason: string | undefined): AppError {
  return new AppError(
    'SERVING_UNAVAILABLE',
    `${key} could not answer: ${reason ?? 'the serving worker died'}`,
  );
}

function describeExit({ code, signal, stderrTail }: WorkerExit): string {
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`;
  const wrote = stderrTail.split('\n').slice(-3).join(' ').trim();
  return `the serving worker ${how}${wrote ? `; it last wrote: ${wrote}` : ''}`;
}
