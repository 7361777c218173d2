/** What a comparison says, in one sentence that a person can act on. */
import type { Comparison } from '../../../src-preload/contract/index.ts';
import { formatPoints } from '../../components/formatting.ts';

export interface Verdict {
  readonly tone: 'good' | 'bad' | 'open';
  readonly sentence: string;
}

/** Better or worse only where the 95 % interval of the difference leaves zero out. */
export function verdictOf({ a, b, difference, interval }: Comparison): Verdict {
  const [low, high] = interval;
  if (low > 0) return { tone: 'good', sentence: `${b} is better than ${a} by ${sizeOf(difference)}.` };
  if (high < 0) return { tone: 'bad', sentence: `${b} is worse than ${a} by ${sizeOf(difference)}.` };
  if (difference === 0) return { tone: 'open', sentence: `${b} and ${a} are equally good.` };
  const word = difference > 0 ? 'ahead of' : 'behind';
  return {
    tone: 'open',
    sentence: `${b} is ${word} ${a} by ${sizeOf(difference)}, within what chance can do.`,
  };
}

function sizeOf(difference: number): string {
  return formatPoints(Math.abs(difference)).slice(1);
}
