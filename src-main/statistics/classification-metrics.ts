/** Figures of a classifier on labelled pictures; equal to scikit-learn's (see tests/oracles/statistics). */
import { assert } from '../base/app-error.ts';

export interface ClassificationOutcome {
  /** c: classes are the numbers below it. */
  readonly classCount: number;
  /** `[n]` the true class of each picture */
  readonly trueClasses: Int32Array;
  /** `[n, c]` probabilities; a row sums to 1 */
  readonly probabilities: Float32Array;
}

export interface ClassFigures {
  /** Null where the class was never predicted. */
  readonly precision: number | null;
  /** Null where no picture has the class. */
  readonly recall: number | null;
  /** Null where the class was neither true nor predicted. */
  readonly f1: number | null;
  /** Pictures of the class. */
  readonly support: number;
}

export interface ClassificationFigures {
  readonly count: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Unweighted means over the classes that have pictures, an undefined precision counted as 0. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Mean negative natural log of the true class's probability. */
  readonly logLoss: number;
  readonly perClass: readonly ClassFigures[];
  /** `[i][j]`: pictures of class i predicted as class j */
  readonly confusion: readonly (readonly number[])[];
  /** `[n]` the most probable class, the first of equals */
  readonly predictedClasses: Int32Array;
}

/** Probabilities are held within [ε, 1 − ε] of single precision before the logarithm, as scikit-learn does. */
export const smallestProbability = 2 ** -23;

export function measureClassification(outcome: ClassificationOutcome): ClassificationFigures {
  const { classCount, trueClasses, probabilities } = outcome;
  assert(probabilities.length === trueClasses.length * classCount, 'one row of probabilities per picture');
  const predictedClasses = trueClasses.map((_, index) => argmax(rowOf(outcome, index)));
  const confusion = countConfusion(classCount, trueClasses, predictedClasses);
  const perClass = confusion.map((_, index) => measureClass(confusion, index));
  const correct = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const present = perClass.filter(({ support }) => support > 0);
  return {
    count: trueClasses.length,
    correct,
    accuracy: ratio(correct, trueClasses.length) ?? 0,
    precision: meanOf(present.map(({ precision }) => precision ?? 0)),
    recall: meanOf(present.map(({ recall }) => recall ?? 0)),
    f1: meanOf(present.map(({ f1 }) => f1 ?? 0)),
    logLoss: meanLogLoss(outcome),
    perClass,
    confusion,
    predictedClasses,
  };
}

/** Index of the largest value, the first of equals. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}

function rowOf({ classCount, probabilities }: ClassificationOutcome, index: number): Float32Array {
  return probabilities.subarray(index * classCount, (index + 1) * classCount);
}

function countConfusion(classCount: number, trueClasses: Int32Array, predicted: Int32Array): number[][] {
  const confusion = Array.from({ length: classCount }, () => Array<number>(classCount).fill(0));
  trueClasses.forEach((trueClass, index) => {
    const row = confusion[trueClass];
    const column = predicted[index] ?? 0;
    assert(row, `class ${trueClass} of ${classCount}`);
    row[column] = (row[column] ?? 0) + 1;
  });
  return confusion;
}

function measureClass(confusion: readonly (readonly number[])[], index: number): ClassFigures {
  const hits = confusion[index]?.[index] ?? 0;
  const support = (confusion[index] ?? []).reduce((sum, cell) => sum + cell, 0);
  const predicted = confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0);
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + predicted),
    support,
  };
}

function meanLogLoss(outcome: ClassificationOutcome): number {
  let sum = 0;
  outcome.trueClasses.forEach((trueClass, index) => {
    const probability = rowOf(outcome, index)[trueClass] ?? 0;
    sum -= Math.log(Math.min(1 - smallestProbability, Math.max(smallestProbability, probability)));
  });
  return ratio(sum, outcome.trueClasses.length) ?? 0;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function meanOf(values: readonly number[]): number {
  return (
    ratio(
      values.reduce((sum, value) => sum + value, 0),
      values.length,
    ) ?? 0
  );
}
