/** Tells an annotator at once how an answer to a picture of known truth was. */
import type { GoldFeedback } from '../../../src-preload/contract/index.ts';
import { formatPercent, formatPlural } from '../../components/formatting.ts';
import { notifyDone, notifyFailure } from '../../components/notify.tsx';

export function announceGold(feedback: GoldFeedback): void {
  const text = describeGold(feedback);
  if (feedback.isRight) notifyDone('Right: the truth of this picture was known', text);
  else notifyFailure('Not quite: the truth of this picture was known', new Error(text));
}

function describeGold({ found, wrongClass, missed, extra, meanIou, expectedClass }: GoldFeedback): string {
  const parts = [
    ...(found > 0 ? [`${formatPlural(found, 'box', 'boxes')} found`] : []),
    ...(meanIou === null ? [] : [`mean overlap ${formatPercent(meanIou, 0)}`]),
    ...(missed > 0 ? [`${missed} missed`] : []),
    ...(wrongClass > 0 ? [`${wrongClass} of the wrong class`] : []),
    ...(extra > 0 ? [`${extra} where nothing is`] : []),
    ...(expectedClass === undefined ? [] : [`the picture is ${expectedClass ?? 'without a class'}`]),
  ];
  const text = parts.join(', ');
  return text === '' ? 'There is nothing on it.' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
