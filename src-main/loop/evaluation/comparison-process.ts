/** A comparison in a process of its own, as the station starts it: one question, one answer, and the process is gone. */
import { CancelledError } from '../../base/cancellation.ts';
import type { WorkerLauncher } from '../../jobs/worker-port.ts';
import {
  type ComparisonAnswer,
  type ComparisonRequest,
  comparisonAnswerSchema,
} from './comparison-message.ts';

/** @throws {CancelledError} */
export function compareInWorker(
  launcher: WorkerLauncher,
  request: ComparisonRequest,
  signal: AbortSignal | undefined,
): Promise<ComparisonAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ComparisonAnswer>();
  if (signal?.aborted) return Promise.reject(new CancelledError());
  const worker = launcher.launch('comparison');
  const callOff = () => reject(new CancelledError());
  signal?.addEventListener('abort', callOff);
  worker.onMessage((message) => {
    const { data, error } = comparisonAnswerSchema.safeParse(message);
    if (data) resolve(data);
    else reject(error);
  });
  worker.onExit(({ code, signal: killedBy, stderrTail }) =>
    reject(
      new Error(
        `the process that compares two models ended (${killedBy ?? `status ${code}`}): ${stderrTail}`,
      ),
    ),
  );
  worker.send(request);
  return promise.finally(() => {
    signal?.removeEventListener('abort', callOff);
    worker.kill();
  });
}
