/** An evaluation inside its worker process, by the task of its dataset. */
import type { JobBody } from '../../jobs/job-kind.ts';
import { evaluateClassifier } from './evaluate-classifier.ts';
import { evaluateDetector } from './evaluate-detector.ts';
import type { EvaluateResult, EvaluateSpec, EvaluateUpdate } from './evaluate-job.ts';

/** @throws {AppError} BLOB_MISSING, MODEL_UNREADABLE, MODEL_CLASSES_MISMATCH, IMAGE_UNREADABLE */
export const evaluateBody: JobBody<EvaluateSpec, EvaluateUpdate, EvaluateResult> = (spec, context) =>
  spec.task === 'classification' ? evaluateClassifier(spec, context) : evaluateDetector(spec, context);
