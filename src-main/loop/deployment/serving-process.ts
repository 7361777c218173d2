/**
 * The serving worker as the station uses it: always the same object, whatever process is behind it. What waits for
 * an answer when one dies is asked again of the next.
 */
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { WorkerLauncher } from '../../jobs/worker-port.ts';
import { RestartingWorker, type RestartLimits } from './restarting-worker.ts';
import {
  fromServingError,
  type ServedAnswer,
  type ServedQuestion,
  type ServingAnswer,
  type ServingProvider,
  servingAnswerSchema,
} from './serving-protocol.ts';

export interface ServedFile {
  /** `NAME/VERSION` */
  readonly key: string;
  readonly file: string;
  readonly provider: ServingProvider;
  readonly threads: number;
}

export interface ServingLimits extends RestartLimits {
  /** Pictures that may wait for an answer, and their bytes together. */
  readonly waitingPictures: number;
  readonly waitingBytes: number;
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
  readonly question: ServedQuestion;
  readonly answer: PromiseWithResolvers<ServedAnswer>;
  sentAt: number | undefined;
  deaths: number;
}

export class ServingProcess {
  readonly #options: ServingProcessOptions;
  readonly #files = new Map<string, LoadedFile>();
  /** In the order in which they came. */
  readonly #questions = new Map<number, Question>();
  readonly #worker: RestartingWorker;
  #waitingBytes = 0;
  #lastSequence = 0;

  constructor(options: ServingProcessOptions) {
    this.#options = options;
    this.#worker = new RestartingWorker({
      ...options,
      onMessage: (message) => this.#receive(message),
      onDeath: () => this.#blame(),
      isOpenSince: (since) => this.#isOpenSince(since),
    });
  }

  get pid(): number | undefined {
    return this.#worker.pid;
  }

  /** Why the worker is down, null while it runs or has not been needed. */
  get trouble(): string | null {
    const { deaths, isReady, lastDeath } = this.#worker;
    return deaths > 0 && !isReady ? (lastDeath ?? null) : null;
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
    if (this.#worker.isClosed) return Promise.reject(closing());
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
   * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE, SERVING_UNAVAILABLE, and what `load` throws
   */
  predict(served: ServedFile, picture: Uint8Array, asked: ServedQuestion): Promise<ServedAnswer> {
    this.#checkRoom(picture);
    const { key } = served;
    if (!this.#files.has(key)) this.#open(served);
    const question: Question = {
      sequence: this.#nextSequence(),
      key,
      picture,
      question: asked,
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
    this.#worker.close();
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
    if (this.#worker.isReady) this.#sendLoad(file);
    else this.#worker.ensureStarted();
    return file;
  }

  #forgetIfIdle(key: string): void {
    if (!this.#files.get(key)?.isLeaving) return;
    if (this.#questions.values().some((question) => question.key === key)) return;
    this.#files.delete(key);
    this.#worker.send({ type: 'unload', key });
  }

  #checkRoom(picture: Uint8Array): void {
    const { waitingPictures, waitingBytes } = this.#options.limits;
    const { isClosed, isReady, deaths, lastDeath } = this.#worker;
    if (isClosed) throw closing();
    if (deaths >= deathsUntilRefusal && !isReady)
      throw new AppError(
        'SERVING_UNAVAILABLE',
        `the serving worker died ${deaths} times in a row: ${lastDeath}`,
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

  #receive(received: unknown): void {
    const answer = servingAnswerSchema.parse(received);
    if (answer.type === 'ready') this.#resume();
    else if (answer.type === 'predicted') this.#resolve(answer);
    else if (answer.type === 'loaded') this.#settleLoad(answer.sequence);
    else this.#fail(answer.sequence, fromServingError(answer.error));
  }

  /** A fresh worker gets all models, then all that waits. */
  #resume(): void {
    this.#worker.markReady();
    for (const file of this.#files.values()) this.#sendLoad(file);
    this.#dispatch();
  }

  #sendLoad(file: LoadedFile): void {
    file.sentAt = this.#options.clock.monotonic();
    this.#worker.send({ type: 'load', sequence: file.sequence, ...file.served });
  }

  /** While pictures are open that were being worked on when a worker died, each of them goes alone. */
  #dispatch(): void {
    if (!this.#worker.isReady) return;
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
    const { sequence, key, picture, question: asked } = question;
    this.#worker.send({ type: 'predict', sequence, key, picture, question: asked });
  }

  #resolve({ sequence, answer }: Extract<ServingAnswer, { type: 'predicted' }>): void {
    const question = this.#take(sequence);
    this.#worker.markHealthy();
    question?.answer.resolve(answer);
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

  #blame(): void {
    this.#blameModels();
    this.#blamePictures();
  }

  #blameModels(): void {
    for (const file of [...this.#files.values()]) {
      if (!file.isReady) file.deaths++;
      file.isReady = false;
      file.sentAt = undefined;
      if (file.deaths >= deathsPerModel)
        this.#giveUpModel(file, unavailable(file.served.key, this.#worker.lastDeath));
    }
  }

  #blamePictures(): void {
    for (const question of [...this.#questions.values()]) {
      if (question.sentAt !== undefined) question.deaths++;
      question.sentAt = undefined;
      if (question.deaths >= deathsPerPicture || this.#worker.deaths >= deathsUntilRefusal)
        this.#reject(question, unavailable(question.key, this.#worker.lastDeath));
    }
  }

  #isOpenSince(since: number): boolean {
    const isLate = ({ sentAt }: { sentAt: number | undefined }) => sentAt !== undefined && sentAt < since;
    return (
      this.#questions.values().some(isLate) ||
      this.#files.values().some((file) => !file.isReady && isLate(file))
    );
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
