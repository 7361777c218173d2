/** Entry of every worker process, and of the threads beside one: takes its role from the command line and loads only what the role needs. */
import { enableCompileCache } from 'node:module';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { unreachable } from './base/app-error.ts';
import { findUtilityPort } from './hosts/electron/utility-port.ts';
import { createForkPort } from './jobs/fork-port.ts';
import type { WorkerPort, WorkerRole } from './jobs/worker-port.ts';
import type { JobBodies } from './jobs/worker-side.ts';

const roles = ['job', 'serving', 'probe', 'picture', 'comparison'] as const satisfies readonly WorkerRole[];

enableCompileCache();
if (isMainThread) await run(parseRole(process.argv[2]), findUtilityPort() ?? createForkPort());
else await runThread();

async function run(role: WorkerRole, port: WorkerPort): Promise<void> {
  switch (role) {
    case 'job': {
      const { runJobWorker } = await import('./jobs/worker-side.ts');
      return runJobWorker(port, await loadJobBodies(), import.meta.filename);
    }
    case 'serving': {
      const { runServingWorker } = await import('./loop/deployment/serving-worker.ts');
      return runServingWorker(port);
    }
    case 'probe': {
      const { runProbeWorker } = await import('./api/provider-probe-worker.ts');
      return runProbeWorker(port);
    }
    case 'picture': {
      const { runPictureWorker } = await import('./api/shown-pictures-worker.ts');
      return runPictureWorker(port);
    }
    case 'comparison': {
      const { runComparisonWorker } = await import('./loop/evaluation/comparison-worker.ts');
      return runComparisonWorker(port);
    }
    default:
      return unreachable(role, 'worker role');
  }
}

/** The one kind of thread that a job starts. */
async function runThread(): Promise<void> {
  const { runSampleThread } = await import('./loop/training/detection/sample-thread.ts');
  if (parentPort) runSampleThread(parentPort, workerData);
}

async function loadJobBodies(): Promise<JobBodies> {
  const [
    { importBody },
    { trainBody },
    { evaluateBody },
    { exportBody },
    { autoLabelBody },
    { measureBody },
    { diversifyBody },
  ] = await Promise.all([
    import('./loop/collector/import-body.ts'),
    import('./loop/training/train-body.ts'),
    import('./loop/evaluation/evaluate-body.ts'),
    import('./loop/dataset/export/export-body.ts'),
    import('./loop/annotation/auto-label/auto-label-body.ts'),
    import('./loop/annotation/quality/measure-body.ts'),
    import('./loop/annotation/queues/diversify-body.ts'),
  ]);
  return {
    import: importBody,
    train: trainBody,
    evaluate: evaluateBody,
    export: exportBody,
    label: autoLabelBody,
    score: autoLabelBody,
    measure: measureBody,
    diversify: diversifyBody,
  } as JobBodies;
}

function parseRole(text: string | undefined): WorkerRole {
  const role = roles.find((known) => known === text);
  if (role === undefined)
    throw new Error(`bug: expected a worker role (${roles.join(', ')}), got ${JSON.stringify(text)}`);
  return role;
}
