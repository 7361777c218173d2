/** Batches of varied pictures made ahead by threads, handed out in order, with what the training waited for them. */
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import type { BatchOrder, BatchReply, PackedBatch, SampleThreadSetup } from './sample-thread.ts';

export interface BatchSourceOptions {
  /** The script that runs `runSampleThread` in a thread. */
  readonly threadEntry: string;
  readonly setup: SampleThreadSetup;
  readonly threads: number;
  readonly clock: Clock;
}

export interface BatchSource {
  /**
   * The batches of an epoch in order, but for the first.
   * @param epoch 0-based
   * @param skipped batches at the beginning that are not made
   * @throws {AppError} IMAGE_UNREADABLE, BLOB_MISSING
   */
  listBatches(
    epoch: number,
    batches: readonly Int32Array[],
    isMosaicOpen: boolean,
    skipped?: number,
  ): AsyncGenerator<PackedBatch, void, void>;
  /** Since the last call: time the training waited, and time the threads worked. */
  takeWait(): { waitMs: number; busyMs: number };
  close(): Promise<void>;
}

/** Batches that each thread has been asked for and the training has not taken. */
const aheadPerThread = 3;

export function createBatchSource({ threadEntry, setup, threads, clock }: BatchSourceOptions): BatchSource {
  const pool = Array.from({ length: threads }, () => new SampleWorker(threadEntry, setup));
  const total = { waitMs: 0, busyMs: 0 };
  let lastId = 0;
  const ask = (order: Omit<BatchOrder, 'id'>) => {
    const id = ++lastId;
    const asked = (pool[id % pool.length] as SampleWorker).ask({ ...order, id });
    asked.catch(() => undefined);
    return asked;
  };
  return {
    async *listBatches(epoch, batches, isMosaicOpen, skipped = 0) {
      const firsts = toFirsts(batches);
      const queue: Promise<Made>[] = [];
      const fill = (next: number) => {
        const indices = batches[next];
        if (indices) queue.push(ask({ epoch, indices, first: firsts[next] ?? 0, isMosaicOpen }));
      };
      for (let next = 0; next < aheadPerThread * threads; next++) fill(skipped + next);
      for (let index = skipped; index < batches.length; index++) {
        const startedAt = clock.monotonic();
        const { batch, busyMs } = await (queue.shift() as Promise<Made>);
        total.waitMs += clock.monotonic() - startedAt;
        total.busyMs += busyMs;
        fill(index + aheadPerThread * threads);
        yield batch;
      }
    },
    takeWait: () => {
      const taken = { ...total };
      total.waitMs = 0;
      total.busyMs = 0;
      return taken;
    },
    close: async () => {
      await Promise.all(pool.map((worker) => worker.close()));
    },
  };
}

function toFirsts(batches: readonly Int32Array[]): number[] {
  const firsts = [0];
  for (const { length } of batches) firsts.push((firsts.at(-1) ?? 0) + length);
  return firsts;
}

type Made = Extract<BatchReply, { batch: unknown }>;

/** One thread and what it has been asked for. */
class SampleWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Made>>();
  readonly #exit = Promise.withResolvers<void>();
  #end: Error | undefined;

  constructor(threadEntry: string, setup: SampleThreadSetup) {
    this.#worker = new Worker(threadEntry, { workerData: setup });
    this.#worker.unref();
    this.#worker.on('message', (reply: BatchReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(error as Error));
    this.#worker.on('exit', (code) => {
      this.#fail(new Error(`the thread for pictures ended (${code})`));
      this.#exit.resolve();
    });
  }

  ask(order: BatchOrder): Promise<Made> {
    const answer = Promise.withResolvers<Made>();
    if (this.#end) answer.reject(this.#end);
    else this.#waiting.set(order.id, answer);
    this.#worker.postMessage(order);
    return answer.promise;
  }

  /** Once what has been asked for is made: a thread is not torn out of native code. */
  close(): Promise<void> {
    this.#worker.postMessage(null);
    return this.#exit.promise;
  }

  #receive(reply: BatchReply): void {
    const answer = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('batch' in reply) answer?.resolve(reply);
    else if ('bug' in reply.error) answer?.reject(new Error(reply.error.bug));
    else answer?.reject(AppError.fromRecord(reply.error));
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const answer of this.#waiting.values()) answer.reject(this.#end);
    this.#waiting.clear();
  }
}
