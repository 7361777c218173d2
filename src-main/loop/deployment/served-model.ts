/** A model that is loaded, with the inputs that wait for it: several go through it in one run. */
import type { ServedAnswer, ServedQuestion } from './serving-protocol.ts';

export interface ServedModel {
  /** @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE */
  predict(picture: Uint8Array, question: ServedQuestion): Promise<ServedAnswer>;
  /** Releases the model once what has begun is answered. */
  close(): Promise<void>;
}

/** Inputs in one run of the model: more would make the first of them wait without a gain in throughput. */
const maxBatch = 16;

interface Waiting<Output> {
  /** `[height, width, channels]` */
  readonly pixels: Uint8Array;
  readonly answer: PromiseWithResolvers<Output>;
}

export interface BatchedModel<Output> {
  /** @returns one output per input, in their order */
  readonly run: (pixels: Uint8Array, count: number) => Promise<readonly Output[]>;
  readonly dispose: () => Promise<void>;
}

/** Joins what is asked at the same time into runs. */
export class InputBatcher<Output> {
  readonly #model: BatchedModel<Output>;
  readonly #waiting: Waiting<Output>[] = [];
  #running: Promise<void> | undefined;
  /** Work that has begun and not ended, decoding included. */
  #open = 0;
  #isClosing = false;

  constructor(model: BatchedModel<Output>) {
    this.#model = model;
  }

  /** Keeps the model alive until the work has ended. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#open++;
    try {
      return await work();
    } finally {
      this.#open--;
      await this.#disposeWhenIdle();
    }
  }

  /** To be called within `during`. */
  ask(pixels: Uint8Array): Promise<Output> {
    const answer = Promise.withResolvers<Output>();
    this.#waiting.push({ pixels, answer });
    this.#running ??= this.#run();
    return answer.promise;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#disposeWhenIdle();
  }

  async #disposeWhenIdle(): Promise<void> {
    if (this.#isClosing && this.#open === 0) await this.#model.dispose();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#runBatch(this.#waiting.splice(0, maxBatch));
      // The run has blocked the thread: inputs that arrived or were decoded meanwhile join the next one.
      await new Promise(setImmediate);
    }
    this.#running = undefined;
  }

  async #runBatch(batch: readonly Waiting<Output>[]): Promise<void> {
    try {
      const joined = Buffer.concat(batch.map(({ pixels }) => pixels));
      const outputs = await this.#model.run(joined, batch.length);
      for (const [index, { answer }] of batch.entries()) answer.resolve(outputs[index] as Output);
    } catch (error) {
      for (const { answer } of batch) answer.reject(error);
    }
  }
}
