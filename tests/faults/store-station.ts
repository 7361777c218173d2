/** A station of store and queue alone, made to be killed; its one job commits, and then holds its thread. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src-main/base/clock.ts';
import { createSilentLog } from '../../src-main/base/log.ts';
import { createForkLauncher } from '../../src-main/jobs/fork-launcher.ts';
import { type AnyJobHandler, createJobQueue } from '../../src-main/jobs/queue.ts';
import { openStore } from '../../src-main/store/store.ts';
import type { TestSpec } from '../main/jobs/test-worker.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = openStore(dataDir, { create: true });
const launcher = createForkLauncher(join(import.meta.dirname, '../main/jobs/test-worker.ts'));
const handler: AnyJobHandler = {
  prepare: (_job, request) => request,
  onUpdate: (job, _request, update) => {
    store.jobs.appendLog(job.id, { at: 0, level: 'info', message: String(update) });
  },
  onEnd: () => undefined,
  resumesAfterRestart: true,
  maxAttempts: 2,
};
const queue = createJobQueue({
  store,
  launcher: {
    launch: (role) => {
      const worker = launcher.launch(role);
      writeSync(1, `worker ${worker.pid}\n`);
      return worker;
    },
  },
  clock: systemClock,
  log: createSilentLog(),
  handlers: {
    import: handler,
    train: handler,
    evaluate: handler,
    export: handler,
    label: handler,
    score: handler,
    measure: handler,
    diversify: handler,
  },
  onChange: (job) => {
    if (store.jobs.listLog(job.id).length > 0) writeSync(1, `committed ${job.id}\n`);
  },
});
const request: TestSpec = {
  steps: [
    { do: 'commit', update: 'epoch 1' },
    { do: 'progress', fraction: 0.5 },
    { do: 'block', ms: 60_000 },
  ],
  result: null,
};
queue.start();
queue.enqueue({ kind: 'train', subject: 'run', title: 'train', request });
