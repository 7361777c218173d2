/** A real worker process whose body does what its spec says, step by step. */

import { AppError } from '../../../src-main/base/app-error.ts';
import { sleep } from '../../../src-main/base/cancellation.ts';
import { createForkPort } from '../../../src-main/jobs/fork-port.ts';
import type { JobContext } from '../../../src-main/jobs/job-kind.ts';
import { type AnyJobBody, runJobWorker } from '../../../src-main/jobs/worker-side.ts';

export type TestStep =
  | { readonly do: 'commit'; readonly update: unknown }
  | { readonly do: 'progress'; readonly fraction: number; readonly times?: number }
  | { readonly do: 'log'; readonly lines: number }
  | { readonly do: 'sleep' }
  | { readonly do: 'block'; readonly ms: number }
  | { readonly do: 'compute'; readonly ms: number }
  | { readonly do: 'freeze' }
  | { readonly do: 'ignoreCancel' }
  | { readonly do: 'commitWhenCancelled'; readonly update: unknown }
  | { readonly do: 'refuse' }
  | { readonly do: 'bug' }
  | { readonly do: 'die'; readonly stderr: string };

export interface TestSpec {
  readonly steps: readonly TestStep[];
  readonly result: unknown;
}

const body: AnyJobBody = async (given, context) => {
  const spec = given as TestSpec;
  for (const step of spec.steps) await perform(step, context);
  return spec.result;
};

async function perform(step: TestStep, context: JobContext<unknown>): Promise<void> {
  switch (step.do) {
    case 'commit':
      return context.commit(step.update);
    case 'progress':
      for (let time = 0; time < (step.times ?? 1); time++) {
        context.reportProgress(step.fraction, `at ${step.fraction}`);
        if (step.times) await sleep(2);
      }
      return;
    case 'log':
      for (let line = 0; line < step.lines; line++) context.log('info', `line ${line}`);
      return;
    case 'sleep':
      return sleep(60_000, context.signal);
    case 'block':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, step.ms);
      return;
    case 'compute': {
      const endsAt = performance.now() + step.ms;
      while (performance.now() < endsAt);
      return;
    }
    case 'freeze':
      process.kill(process.pid, 'SIGSTOP');
      return sleep(60_000);
    case 'ignoreCancel':
      return sleep(60_000);
    case 'commitWhenCancelled':
      return sleep(60_000, context.signal).catch(async (error: unknown) => {
        await context.commit(step.update);
        throw error;
      });
    case 'refuse':
      throw new AppError('DATASET_EMPTY', 'the dataset holds no picture', { data: { name: 'leaf' } });
    case 'bug':
      throw new TypeError('no such thing');
    case 'die':
      process.stderr.write(step.stderr);
      await sleep(50);
      process.kill(process.pid, 'SIGSEGV');
      return sleep(60_000);
    default:
      step satisfies never;
  }
}

runJobWorker(
  createForkPort(),
  {
    ...{ import: body, train: body, evaluate: body, export: body },
    ...{ label: body, score: body, measure: body, diversify: body },
  },
  import.meta.filename,
);
