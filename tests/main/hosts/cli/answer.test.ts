import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatTable } from '../../../../src-main/hosts/cli/answer.ts';
import {
  parseBatch,
  parseFractions,
  parseInteger,
  parseList,
  parseNumber,
  parsePort,
  parseSeconds,
} from '../../../../src-main/hosts/cli/option-values.ts';
import { createProgressDisplay } from '../../../../src-main/hosts/cli/progress.ts';

test('a table keeps its columns straight, numbers to the right', () => {
  expect(
    formatTable(
      ['class', 'n'],
      [
        ['blatt', 7],
        ['größe', 1200],
        [null, 3],
      ],
    ),
  ).toBe('class     n\nblatt     7\ngröße  1200\n–         3');
  expect(formatTable(['class', 'n'], [])).toBe('class  n');
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [3_240, '3.2 s'],
  [59_600, '1 min 0 s'],
  [80_000, '1 min 20 s'],
  [7_500_000, '2 h 5 min'],
])('%d ms reads as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
])('%d bytes read as %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});

test('option texts become values', () => {
  expect(parseFractions('0.7,0.2,0.1')).toEqual([0.7, 0.2, 0.1]);
  expect(parseSeconds('5m')).toBe(300);
  expect(parseSeconds('90')).toBe(90);
  expect(parseSeconds('1.5h')).toBe(5_400);
  expect(parseNumber('1e-3')).toBe(0.001);
  expect(parseList('a, b')).toEqual(['a', 'b']);
  expect(['8', '-1', 'Auto'].map(parseBatch)).toEqual([8, 'auto', 'auto']);
});

test.each([
  [parseFractions, '0.7,0.3', 'three shares'],
  [parseFractions, '1,2,x', 'a number'],
  [parseInteger, '1.5', 'whole number'],
  [parseNumber, '', 'a number'],
  [parsePort, '70000', '0 to 65535'],
  [parseSeconds, '5 apples', 'a time'],
  [parseList, 'a,,b', 'names'],
] as const)('%p refuses %j and says what was expected', (parse, text, expected) => {
  expect(() => parse(text)).toThrow(expected);
});

test('off a terminal progress is told sparsely', () => {
  let written = '';
  let nowMs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const display = createProgressDisplay({ write: (text) => (written += text) }, clock);
  for (let step = 0; step <= 100; step++) {
    nowMs += 50;
    display.show('Train leaf', {
      fraction: step / 100,
      message: `step ${step}`,
      remainingMs: 5_000 - 50 * step,
    });
  }
  expect(written.split('\n').length).toBeLessThan(8);
  expect(written).toContain('Train leaf: ');
  expect(written).toContain('s left');
});

test('on a terminal one line moves and is taken away', () => {
  let written = '';
  const clock = { now: () => 0, monotonic: () => 0 };
  const display = createProgressDisplay(
    { isTTY: true, columns: 60, write: (text) => (written += text) },
    clock,
  );
  display.show('Train leaf', { fraction: 0.5, message: 'epoch 3 of 6', remainingMs: null });
  display.clear();
  expect(written).not.toContain('\n');
  expect(written.endsWith('\r\u001b[2K')).toBe(true);
});
