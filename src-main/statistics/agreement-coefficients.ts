/** Agreement about classes beyond what chance would bring: Cohen's kappa of two people, Krippendorff's alpha of many. */

/**
 * Cohen's kappa of pairs of answers to the same things: (o - e) / (1 - e), o the share of equal pairs, e the share that
 * the two frequencies of answers would make equal by chance.
 * Source: J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20.
 * @returns -1 to 1; null without pairs, and where both gave one and the same answer throughout, which chance explains
 */
export function measureKappa(pairs: readonly (readonly [string, string])[]): number | null {
  const count = pairs.length;
  if (count === 0) return null;
  const firsts = countEach(pairs.map(([first]) => first));
  const seconds = countEach(pairs.map(([, second]) => second));
  const observed = pairs.filter(([first, second]) => first === second).length / count;
  const expected = sum(
    [...firsts].map(([answer, times]) => (times / count) * ((seconds.get(answer) ?? 0) / count)),
  );
  return expected >= 1 ? null : (observed - expected) / (1 - expected);
}

/**
 * Krippendorff's alpha for nominal answers: 1 - observed / expected disagreement, from the coincidences of answers within
 * units; units with one answer do not count, and any number of people may have left a unit out.
 * Source: K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C.
 * @param units the answers to each thing
 * @returns up to 1; null where no unit has two answers, or all answers are one
 */
export function measureAlpha(units: readonly (readonly string[])[]): number | null {
  const paired = units.filter((answers) => answers.length > 1);
  const totals = countEach(paired.flat());
  const count = sum([...totals.values()]);
  const expected = (count * count - sum([...totals.values()].map((times) => times * times))) / (count - 1);
  if (count === 0 || expected === 0) return null;
  return 1 - sum(paired.map(disagreementOf)) / expected;
}

/** The coincidences of unequal answers in a unit: ordered pairs, over the number of answers less one. */
function disagreementOf(answers: readonly string[]): number {
  const equal = sum([...countEach(answers).values()].map((times) => times * times));
  return (answers.length * answers.length - equal) / (answers.length - 1);
}

function countEach(answers: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
