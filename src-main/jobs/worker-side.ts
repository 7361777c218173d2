/** A job inside its worker process: takes one start, runs its body, and reports back. */
import type { JobKind } from '../../src-preload/contract/job.ts';
import { isCancellation } from '../base/cancellation.ts';
import type { JobContext } from './job-kind.ts';
import {
  fromErrorMessage,
  type StationMessage,
  stationMessageSchema,
  toErrorMessage,
  type WorkerMessage,
} from './protocol.ts';
import type { WorkerPort } from './worker-port.ts';

/**
 * Any `JobBody<Spec, Update, Result>` fits: the station's handler of the same kind made the spec and takes the
 * updates, so their types are held where the two are written side by side.
 */
export type AnyJobBody = { run(spec: unknown, context: JobContext<unknown>): Promise<unknown> }['run'];
export type JobBodies = Readonly<Record<JobKind, AnyJobBody>>;

const heartbeatMs = 2_000;

/** Called once by a worker process of the role `job`, with its own script. It ends when the station kills it or goes away. */
export function runJobWorker(port: WorkerPort, bodies: JobBodies, workerEntry: string): void {
  const send = (message: WorkerMessage) => port.send(message);
  const cancellation = new AbortController();
  const commits = createCommits(send);
  const heed = (message: StationMessage): void => {
    if (message.type === 'start')
      void runBody(bodies, message, {
        ...createContext(message, send, cancellation.signal, commits.commit),
        workerEntry,
      }).then(send);
    else if (message.type === 'cancel') cancellation.abort();
    else commits.settle(message);
  };
  port.onDisconnect(() => process.kill(process.pid, 'SIGKILL'));
  port.onMessage((message) => heed(stationMessageSchema.parse(message)));
  setInterval(() => send({ type: 'heartbeat' }), heartbeatMs);
  send({ type: 'ready' });
}

type StartMessage = Extract<StationMessage, { type: 'start' }>;
type CommitAnswer = Extract<StationMessage, { type: 'committed' | 'refused' }>;

async function runBody(
  bodies: JobBodies,
  start: StartMessage,
  context: JobContext<unknown>,
): Promise<WorkerMessage> {
  try {
    return { type: 'succeeded', result: await bodies[start.kind](start.spec, context) };
  } catch (error) {
    if (context.signal.aborted && isCancellation(error)) return { type: 'cancelled' };
    return { type: 'failed', error: toErrorMessage(error) };
  }
}

function createContext(
  start: StartMessage,
  send: (message: WorkerMessage) => void,
  signal: AbortSignal,
  commit: JobContext<unknown>['commit'],
): Omit<JobContext<unknown>, 'workerEntry'> {
  return {
    signal,
    blobsDir: start.blobsDir,
    commit,
    log: (level, message) => send({ type: 'log', level, message }),
    reportProgress: (fraction, message) => send({ type: 'progress', fraction: toShare(fraction), message }),
  };
}

/** Numbers the updates and gives each answer to the one that waits for it. */
function createCommits(send: (message: WorkerMessage) => void) {
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let lastSequence = 0;
  return {
    commit(update: unknown): Promise<void> {
      const answer = Promise.withResolvers<void>();
      lastSequence += 1;
      waiting.set(lastSequence, answer);
      send({ type: 'commit', sequence: lastSequence, update });
      return answer.promise;
    },
    settle(message: CommitAnswer): void {
      const answer = waiting.get(message.sequence);
      waiting.delete(message.sequence);
      if (message.type === 'committed') answer?.resolve();
      else answer?.reject(fromErrorMessage(message.error));
    },
  };
}

function toShare(fraction: number): number {
  return Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
}
