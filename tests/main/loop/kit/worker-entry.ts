/** The worker processes of these tests: the real bodies, without the rest of the application. */
import { createForkPort } from '../../../../src-main/jobs/fork-port.ts';
import { type AnyJobBody, runJobWorker } from '../../../../src-main/jobs/worker-side.ts';
import { runServingWorker } from '../../../../src-main/loop/deployment/serving-worker.ts';
import { evaluateBody } from '../../../../src-main/loop/evaluation/evaluate-body.ts';
import { trainBody } from '../../../../src-main/loop/training/train-body.ts';

const [, , role] = process.argv;
if (role === 'serving') runServingWorker(createForkPort());
else {
  runJobWorker(createForkPort(), {
    train: trainBody as AnyJobBody,
    evaluate: evaluateBody as AnyJobBody,
    import: () => Promise.reject(new Error('no imports here')),
  });
}
