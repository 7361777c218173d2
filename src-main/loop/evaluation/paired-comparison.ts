/** Two models on the same pictures: who is right where the other is wrong. */
import type { ClassificationComparison } from '../../../src-preload/contract/evaluation.ts';
import { mcnemarExact } from '../../statistics/mcnemar.ts';
import { pairedBootstrapInterval } from '../../statistics/paired-bootstrap.ts';
import type { EvaluatedPicture } from '../../store/tables/evaluations.ts';

export type PairedFigures = Omit<ClassificationComparison, 'a' | 'b' | 'dataset'>;

/** The interval comes from a fixed seed: the same two models always get the same one. */
const seed = 0;

/** Pictures that only one of the two was tried on are left out. */
export function comparePaired(a: readonly EvaluatedPicture[], b: readonly EvaluatedPicture[]): PairedFigures {
  const rightByA = new Map(a.map((picture) => [picture.imageHash, isRight(picture)]));
  const counts = { count: 0, rightA: 0, rightB: 0, onlyARight: 0, onlyBRight: 0 };
  for (const picture of b) {
    const isRightByA = rightByA.get(picture.imageHash);
    if (isRightByA === undefined) continue;
    const isRightByB = isRight(picture);
    counts.count++;
    if (isRightByA) counts.rightA++;
    if (isRightByB) counts.rightB++;
    if (isRightByA && !isRightByB) counts.onlyARight++;
    if (isRightByB && !isRightByA) counts.onlyBRight++;
  }
  return toFigures(counts);
}

interface Counts {
  readonly count: number;
  readonly rightA: number;
  readonly rightB: number;
  readonly onlyARight: number;
  readonly onlyBRight: number;
}

function toFigures({ count, rightA, rightB, onlyARight, onlyBRight }: Counts): PairedFigures {
  const share = (part: number) => (count === 0 ? 0 : part / count);
  return {
    task: 'classification',
    count,
    accuracyA: share(rightA),
    accuracyB: share(rightB),
    difference: share(onlyBRight - onlyARight),
    interval: pairedBootstrapInterval({ onlyARight, onlyBRight, count }, { seed }),
    onlyARight,
    onlyBRight,
    pValue: mcnemarExact(onlyARight, onlyBRight),
  };
}

function isRight({ trueClass, predictedClass }: EvaluatedPicture): boolean {
  return trueClass === predictedClass;
}
