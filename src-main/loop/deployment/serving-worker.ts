/** Serving inside its worker process: keeps models loaded and answers pictures, several in one run where they wait. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../base/app-error.ts';
import { loadPredictor, type Predictor } from '../../engine/index.ts';
import type { WorkerPort } from '../../jobs/worker-port.ts';
import { preparePicture } from '../../vision/preprocess.ts';
import {
  type ServingAnswer,
  type ServingRequest,
  servingRequestSchema,
  toServingError,
} from './serving-protocol.ts';

/** Pictures in one run of the model: more would make the first of them wait without a gain in throughput. */
const maxBatch = 16;

type LoadRequest = Extract<ServingRequest, { type: 'load' }>;
type PredictRequest = Extract<ServingRequest, { type: 'predict' }>;

/** Called once by a worker process of the role `serving`. It ends when the station kills it or goes away. */
export function runServingWorker(port: WorkerPort): void {
  const models = new Map<string, Promise<ServedModel>>();
  const send = (answer: ServingAnswer) => port.send(answer);
  const answer = (sequence: number, work: Promise<ServingAnswer>) =>
    void work
      .catch((error: unknown): ServingAnswer => ({ type: 'failed', sequence, error: toServingError(error) }))
      .then(send);

  const load = (request: LoadRequest): Promise<ServingAnswer> => {
    const model = models.get(request.key) ?? openModel(request);
    models.set(request.key, model);
    model.catch(() => models.delete(request.key));
    return model.then(() => ({ type: 'loaded', sequence: request.sequence }));
  };
  const unload = (key: string): void => {
    const model = models.get(key);
    models.delete(key);
    model?.then((loaded) => loaded.close()).catch(() => undefined);
  };
  const heed = (request: ServingRequest): void => {
    if (request.type === 'load') answer(request.sequence, load(request));
    else if (request.type === 'unload') unload(request.key);
    else answer(request.sequence, predict(models.get(request.key), request));
  };

  port.onDisconnect(() => process.kill(process.pid, 'SIGKILL'));
  port.onMessage((message) => heed(servingRequestSchema.parse(message)));
  send({ type: 'ready' });
}

async function openModel({ file, provider, threads }: LoadRequest): Promise<ServedModel> {
  return new ServedModel(await loadPredictor(await readModel(file), { provider, threads }));
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError('BLOB_MISSING', `the model file ${file} can not be read`, { cause });
  }
}

async function predict(
  model: Promise<ServedModel> | undefined,
  { sequence, key, picture }: PredictRequest,
): Promise<ServingAnswer> {
  if (!model) throw new Error(`bug: ${key} was not loaded`);
  const probabilities = await (await model).predict(picture);
  return { type: 'predicted', sequence, probabilities: [...probabilities] };
}

interface Waiting {
  /** `[height, width, channels]` */
  readonly pixels: Uint8Array;
  readonly answer: PromiseWithResolvers<Float32Array>;
}

/** A loaded model with the pictures that wait for it. */
class ServedModel {
  readonly #predictor: Predictor;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Predictions that have begun and not ended, decoding included. */
  #open = 0;
  #isClosing = false;

  constructor(predictor: Predictor) {
    this.#predictor = predictor;
  }

  /** @returns probabilities `[classes]` */
  async predict(picture: Uint8Array): Promise<Float32Array> {
    this.#open++;
    try {
      const { imageSize, channels } = this.#predictor;
      const pixels = await preparePicture(picture, { ...imageSize, channels });
      const answer = Promise.withResolvers<Float32Array>();
      this.#waiting.push({ pixels, answer });
      this.#running ??= this.#run();
      return await answer.promise;
    } finally {
      this.#open--;
      await this.#disposeWhenIdle();
    }
  }

  /** Releases the model once what has begun is answered. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#disposeWhenIdle();
  }

  async #disposeWhenIdle(): Promise<void> {
    if (this.#isClosing && this.#open === 0) await this.#predictor.dispose();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#runBatch(this.#waiting.splice(0, maxBatch));
      // The run has blocked the thread: pictures that arrived or were decoded meanwhile join the next one.
      await new Promise(setImmediate);
    }
    this.#running = undefined;
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const probabilities = await this.#predictor.predict(
        Buffer.concat(batch.map(({ pixels }) => pixels)),
        batch.length,
      );
      const { classCount } = this.#predictor;
      for (const [index, { answer }] of batch.entries())
        answer.resolve(probabilities.slice(index * classCount, (index + 1) * classCount));
    } catch (error) {
      for (const { answer } of batch) answer.reject(error);
    }
  }
}
