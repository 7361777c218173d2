/** The worker processes of these tests: the real bodies, without the rest of the application. */
import { join } from 'node:path';
import { createForkPort } from '../../../../src-main/jobs/fork-port.ts';
import { type AnyJobBody, runJobWorker } from '../../../../src-main/jobs/worker-side.ts';
import { autoLabelBody } from '../../../../src-main/loop/annotation/auto-label/auto-label-body.ts';
import { measureBody } from '../../../../src-main/loop/annotation/quality/measure-body.ts';
import { diversifyBody } from '../../../../src-main/loop/annotation/queues/diversify-body.ts';
import { exportBody } from '../../../../src-main/loop/dataset/export/export-body.ts';
import { runServingWorker } from '../../../../src-main/loop/deployment/serving-worker.ts';
import { runComparisonWorker } from '../../../../src-main/loop/evaluation/comparison-worker.ts';
import { evaluateBody } from '../../../../src-main/loop/evaluation/evaluate-body.ts';
import { trainBody } from '../../../../src-main/loop/training/train-body.ts';

const [, , role] = process.argv;
if (role === 'serving') runServingWorker(createForkPort());
else if (role === 'comparison') runComparisonWorker(createForkPort());
else {
  const bodies = {
    train: trainBody as AnyJobBody,
    evaluate: evaluateBody as AnyJobBody,
    export: exportBody as AnyJobBody,
    label: autoLabelBody as AnyJobBody,
    score: autoLabelBody as AnyJobBody,
    measure: measureBody as AnyJobBody,
    diversify: diversifyBody as AnyJobBody,
    import: () => Promise.reject(new Error('no imports here')),
  };
  runJobWorker(createForkPort(), bodies, join(import.meta.dirname, '../../../../src-main/worker.ts'));
}
