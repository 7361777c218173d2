/** Serving inside its worker process: keeps models loaded and answers pictures. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../base/app-error.ts';
import { loadDetector, loadPredictor } from '../../engine/index.ts';
import type { WorkerPort } from '../../jobs/worker-port.ts';
import { createServedClassifier } from './served-classifier.ts';
import { createServedDetector } from './served-detector.ts';
import type { ServedModel } from './served-model.ts';
import {
  type ServingAnswer,
  type ServingRequest,
  servingRequestSchema,
  toServingError,
} from './serving-protocol.ts';

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

/** Which of the two a file is, its outputs tell: what is no classifier is tried as a detector. */
async function openModel({ file, provider, threads }: LoadRequest): Promise<ServedModel> {
  const bytes = await readModel(file);
  const options = { provider, threads };
  try {
    return createServedDetector(await loadDetector(bytes, { ...options, suppression: servedSuppression }));
  } catch (notDetector) {
    if (!isUnreadable(notDetector)) throw notDetector;
    return createServedClassifier(await loadPredictor(bytes, options));
  }
}

/** What a question may ask for less of. */
const servedSuppression = { confidence: 0.01, maxDetections: 3_000 } as const;

const unreadable: ReadonlySet<string> = new Set(['MODEL_UNREADABLE', 'GRAPH_NOT_TRAINABLE', 'GRAPH_INVALID']);

function isUnreadable(error: unknown): boolean {
  return error instanceof AppError && unreadable.has(error.code);
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
  { sequence, key, picture, question }: PredictRequest,
): Promise<ServingAnswer> {
  if (!model) throw new Error(`bug: ${key} was not loaded`);
  return { type: 'predicted', sequence, answer: await (await model).predict(picture, question) };
}
