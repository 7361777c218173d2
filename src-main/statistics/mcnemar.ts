/** Whether two models that were tried on the same pictures differ by more than chance. */

/**
 * Exact McNemar test, two-sided (McNemar 1947): under the null hypothesis, of the pictures that only one of the
 * two got right, each falls to either with probability ½. 1 where there are none.
 * @param onlyARight pictures that a got right and b wrong
 * @param onlyBRight the reverse
 */
export function mcnemarExact(onlyARight: number, onlyBRight: number): number {
  const count = onlyARight + onlyBRight;
  const fewer = Math.min(onlyARight, onlyBRight);
  return Math.min(1, 2 * binomialHalfTail(fewer, count));
}

/** Probability of at most `most` heads in `count` throws of a fair coin: the pmf summed downwards from its largest term. */
function binomialHalfTail(most: number, count: number): number {
  let term = 1;
  let sum = 1;
  for (let heads = most; heads > 0 && term > 1e-18; heads--) {
    term *= heads / (count - heads + 1);
    sum += term;
  }
  return sum * Math.exp(logBinomial(count, most) - count * Math.LN2);
}

/** ln of "count choose chosen", summed so that the error stays near 1e-15 times the number of terms. */
function logBinomial(count: number, chosen: number): number {
  let sum = 0;
  for (let factor = 1; factor <= chosen; factor++) sum += Math.log((count - chosen + factor) / factor);
  return sum;
}
