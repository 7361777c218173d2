/** The time left that a person sees: right at an even pace, calm at an uneven one, honest after a change. */
import { expect, test } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import { createTimeLeft } from '../../../src-main/jobs/time-left.ts';

/** Reports every `stepMs` until `untilMs`; the pace is a function of the time. */
function run(options: { stepMs: number; untilMs: number; from?: number; pace: (atMs: number) => number }) {
  const timeLeft = createTimeLeft();
  const estimates: { atMs: number; fraction: number; remainingMs: number | null }[] = [];
  let fraction = options.from ?? 0;
  for (let atMs = 0; atMs <= options.untilMs; atMs += options.stepMs) {
    estimates.push({ atMs, fraction, remainingMs: timeLeft.report(fraction, atMs) });
    fraction += options.pace(atMs) * options.stepMs;
  }
  return estimates;
}

test('says nothing before there is something to say', () => {
  const estimates = run({ stepMs: 250, untilMs: 10_000, pace: () => 0 });
  expect(estimates.every(({ remainingMs }) => remainingMs === null)).toBe(true);
});

test('is exact at an even pace, from its first estimate on', () => {
  for (const { atMs, remainingMs } of run({ stepMs: 500, untilMs: 59_000, pace: () => 1 / 60_000 })) {
    if (remainingMs !== null) expect(remainingMs).toBeCloseTo(60_000 - atMs, 3);
  }
});

test('a resumed job is not taken to have done its first half in no time', () => {
  const estimates = run({ stepMs: 500, untilMs: 10_000, from: 0.5, pace: () => 1 / 60_000 });
  expect(estimates.at(-1)?.remainingMs).toBeCloseTo(20_000, 3);
});

test('stays within a fifth of the truth where every step takes another time', () => {
  const random = createRandom(1, 'pace');
  const estimates = run({ stepMs: 500, untilMs: 55_000, pace: () => random.uniform(0.3, 1.7) / 60_000 });
  for (const { atMs, fraction, remainingMs } of estimates) {
    if (atMs > 15_000) expect(Math.abs((remainingMs ?? 0) / ((1 - fraction) * 60_000) - 1)).toBeLessThan(0.2);
  }
});

test('follows a pace that drops to a quarter within a minute', () => {
  const estimates = run({
    stepMs: 1_000,
    untilMs: 80_000,
    pace: (atMs) => (atMs < 20_000 ? 1 : 0.25) / 100_000,
  });
  const { fraction, remainingMs } = estimates.at(-1) ?? { fraction: 0, remainingMs: 0 };
  const truth = (1 - fraction) * 400_000;
  expect((remainingMs ?? 0) / truth).toBeGreaterThan(0.75);
  expect((remainingMs ?? 0) / truth).toBeLessThan(1.05);
});

test('grows while nothing gets done, and starts afresh when work is done again', () => {
  const timeLeft = createTimeLeft();
  timeLeft.report(0, 0);
  const early = timeLeft.report(0.5, 10_000) ?? 0;
  const late = timeLeft.report(0.5, 20_000) ?? 0;
  expect(late).toBeGreaterThan(early);
  expect(timeLeft.report(0.2, 21_000)).toBeNull();
  expect(timeLeft.report(1, 40_000)).toBe(0);
});
