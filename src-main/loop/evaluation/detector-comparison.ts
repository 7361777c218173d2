/** Two detectors on the same pictures: the difference of their mAP, and how sure it is. */
import type { DetectionReport } from '../../../src-preload/contract/detection-report.ts';
import type { DetectionComparison, Evaluation } from '../../../src-preload/contract/evaluation.ts';
import type { WorkerLauncher } from '../../jobs/worker-port.ts';
import type { Store } from '../../store/store.ts';
import type { ComparedDetector } from './comparison-message.ts';
import { compareInWorker } from './comparison-process.ts';

export type DetectionFigures = Omit<DetectionComparison, 'a' | 'b' | 'dataset'>;

export type DetectionEvaluation = Evaluation & { readonly report: DetectionReport };

export interface ComparisonOptions {
  readonly store: Pick<Store, 'evaluations'>;
  readonly launcher: WorkerLauncher;
}

/**
 * Pictures that only one of the two was tried on are left out. The arithmetic is a process of its own: it takes seconds.
 * @throws {CancelledError}
 */
export async function compareDetectors(
  { store, launcher }: ComparisonOptions,
  a: DetectionEvaluation,
  b: DetectionEvaluation,
  signal: AbortSignal | undefined,
): Promise<DetectionFigures> {
  const pair = { a: toCompared(store, a), b: toCompared(store, b) };
  const { count, figures } = await compareInWorker(launcher, pair, signal);
  const { a: mapA, b: mapB, interval50, interval5095 } = figures;
  return {
    task: 'detection',
    count,
    map50A: mapA.map50,
    map50B: mapB.map50,
    difference: (mapB.map50 ?? 0) - (mapA.map50 ?? 0),
    interval: interval50,
    map5095A: mapA.map5095,
    map5095B: mapB.map5095,
    difference5095: (mapB.map5095 ?? 0) - (mapA.map5095 ?? 0),
    interval5095,
    perClass: compareClasses(a.report, b.report),
  };
}

/** The boxes stay packed here. */
function toCompared(
  { evaluations }: Pick<Store, 'evaluations'>,
  { id, report }: DetectionEvaluation,
): ComparedDetector {
  const pictures = [...evaluations.iteratePictures(id)].map(
    ({ imageHash, fileName, detections, truths }) => ({
      ...{ imageHash, fileName, detections, truths },
    }),
  );
  return { classNames: report.classNames, pictures };
}

/** The classes that have truth. */
function compareClasses(a: DetectionReport, b: DetectionReport): DetectionFigures['perClass'] {
  const ofB = new Map(b.perClass.map((one) => [one.className, one]));
  return a.perClass
    .filter(({ support }) => support > 0)
    .map(({ className, support, ap50 }) => ({
      className,
      support,
      ap50A: ap50,
      ap50B: ofB.get(className)?.ap50 ?? null,
    }));
}
