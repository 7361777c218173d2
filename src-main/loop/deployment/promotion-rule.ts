/** When a challenger may replace the champion. */
import { type Comparison, mainFiguresOf } from '../../../src-preload/contract/evaluation.ts';
import { AppError } from '../../base/app-error.ts';

/** Differences of shares are sums of rounded numbers. */
const rounding = 1e-12;

/**
 * The challenger's accuracy, or in detection its mean AP at IoU 0.5, must exceed the champion's by the margin on the same
 * test pictures; equal is enough where the margin is 0.
 * @throws {AppError} PROMOTION_REFUSED with the comparison and the margin in `data`
 */
export function assertBetter(comparison: Comparison, margin: number): void {
  if (comparison.difference >= margin - rounding) return;
  throw new AppError('PROMOTION_REFUSED', describeRefusal(comparison, margin), {
    data: { comparison, margin },
  });
}

function describeRefusal(comparison: Comparison, margin: number): string {
  const { interval, difference } = comparison;
  return (
    `${describeFigures(comparison)}: ` +
    `a difference of ${points(difference)} points (95 % interval ${points(interval[0])} to ${points(interval[1])}) ` +
    `is below the margin of ${points(margin)}; --force (“promote anyway”) promotes it all the same`
  );
}

function describeFigures(comparison: Comparison): string {
  const { a, b, count } = comparison;
  const figures = mainFiguresOf(comparison);
  const [ofA, ofB] = [percent(figures.a.value ?? 0), percent(figures.b.value ?? 0)];
  return comparison.task === 'classification'
    ? `${b} is right on ${ofB} of ${count} test pictures, the champion ${a} on ${ofA}`
    : `${b} reaches a mAP@0.5 of ${ofB} on ${count} test pictures, the champion ${a} ${ofA}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function points(share: number): string {
  return (100 * share).toFixed(2);
}
