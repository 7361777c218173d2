import { expect, it } from 'vitest';
import { measureBoxSuspicion } from '../../../src-main/statistics/box-suspicion.ts';
import { golden } from './queue-measures.ts';

it('is what the authors of ObjectLab compute for the same boxes', () => {
  expect(golden.suspicions.length).toBeGreaterThan(50);
  for (const { given, found, suspicion } of golden.suspicions)
    expect(measureBoxSuspicion(given, found).suspicion).toBeCloseTo(suspicion, 10);
});

const box = (className: string, x: number, score = 0.95) => {
  return { className, x, y: 0, width: 20, height: 20, score };
};
const kindsOf = (...[given, found]: Parameters<typeof measureBoxSuspicion>) =>
  measureBoxSuspicion(given, found).issues.map(({ kind, given, found }) => [kind, given, found]);

it('names what is wrong: a box overlooked, beside its thing, or of another class', () => {
  const given = [box('cell', 0), box('cell', 100)];
  expect(kindsOf(given, given)).toEqual([]);
  expect(kindsOf(given, [...given, box('cell', 200)])).toEqual([['overlooked', null, 2]]);
  expect(kindsOf(given, [box('cell', 0), box('cell', 112)])).toEqual([['badlyLocated', 1, 1]]);
  expect(kindsOf(given, [box('cell', 0), box('dust', 101)])).toEqual([['swapped', 1, 1]]);
});

it('what the model is unsure of, or does not see, speaks against no label', () => {
  const given = [box('cell', 0)];
  expect(measureBoxSuspicion(given, [box('cell', 0), box('dust', 200, 0.5)])).toEqual({
    suspicion: 0,
    issues: [],
  });
  expect(measureBoxSuspicion(given, [])).toEqual({ suspicion: 0, issues: [] });
});

it('one wrong box among thirty good ones makes a picture suspect', () => {
  const good = Array.from({ length: 30 }, (_, index) => box('cell', 50 * index));
  const wrong = good.map((one, index) => (index === 7 ? { ...one, className: 'dust' } : one));
  expect(measureBoxSuspicion(wrong, good).suspicion).toBeGreaterThan(0.25);
});
