import { expect, it } from 'vitest';
import { assertPatternsMatch, matchesPattern } from '../../../../src-main/engine/optim/name-pattern.ts';

it.each([
  ['head.weight', 'head.weight', true],
  ['head.weight', 'head', false],
  ['head.weight', 'head.*', true],
  ['head.weight', '*.weight', true],
  ['head.weight', '*', true],
  ['stage1.block2.norm.scale', 'stage1.*.norm.*', true],
  ['stage1.block2.conv.weight', 'stage1.*.norm.*', false],
  ['ab', 'a*b*b', false],
  ['abb', 'a*b*b', true],
  ['aba', 'ab*ba', false],
  ['head(weight', 'head(*', true],
])('%s against %s: %s', (name, pattern, expected) => {
  expect(matchesPattern(name, pattern)).toBe(expected);
});

it('names a pattern that matches nothing', () => {
  expect(() => assertPatternsMatch(['head.*'], ['head.weight'])).not.toThrow();
  expect(() => assertPatternsMatch(['haed.*'], ['head.weight'])).toThrow(
    'got haed.*; parameters are head.weight',
  );
});
