/** How sure the difference of two models is that were tried on the same pictures. */
import { createRandom, type Random } from '../base/random.ts';
import { percentiles } from './percentiles.ts';

/** The pictures of a comparison, by who got them right. */
export interface PairedCounts {
  readonly onlyARight: number;
  readonly onlyBRight: number;
  /** All pictures, those included that both got right or both wrong. */
  readonly count: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** 4,000 if absent. */
  readonly resamples?: number;
  /** 0.95 if absent. */
  readonly confidence?: number;
}

/**
 * Percentile bootstrap interval of accuracy b minus accuracy a (Efron and Tibshirani 1993, chapter 13).
 *
 * Drawing pictures with replacement gives multinomial counts of the three kinds of picture, so these counts are
 * drawn directly, as two binomials: the same distribution at a cost in proportion to the pictures that differ.
 */
export function pairedBootstrapInterval(counts: PairedCounts, options: BootstrapOptions): [number, number] {
  const { seed, resamples = 4000, confidence = 0.95 } = options;
  if (counts.count === 0) return [0, 0];
  const random = createRandom(seed, 'paired-bootstrap');
  const differences = Array.from({ length: resamples }, () => drawDifference(random, counts));
  const tail = (100 * (1 - confidence)) / 2;
  const [low = 0, high = 0] = percentiles(differences, [tail, 100 - tail]);
  return [low, high];
}

function drawDifference(random: Random, { onlyARight, onlyBRight, count }: PairedCounts): number {
  const wonByA = drawBinomial(random, count, onlyARight / count);
  const rest = count - onlyARight;
  const wonByB = rest === 0 ? 0 : drawBinomial(random, count - wonByA, onlyBRight / rest);
  return (wonByB - wonByA) / count;
}

/** Successes in a number of trials, by geometric jumps from success to success (Devroye 1986, X.4.1). */
function drawBinomial(random: Random, trials: number, share: number): number {
  if (share <= 0) return 0;
  if (share > 0.5) return trials - drawBinomial(random, trials, 1 - share);
  const scale = 1 / Math.log1p(-share);
  let successes = 0;
  let position = Math.floor(Math.log1p(-random.next()) * scale);
  while (position < trials) {
    successes += 1;
    position += 1 + Math.floor(Math.log1p(-random.next()) * scale);
  }
  return successes;
}
