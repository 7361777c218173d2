import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDateTime,
  formatDuration,
  formatMagnitude,
  formatPercent,
  formatPoints,
  formatTimeLeft,
} from '../../../src-renderer/components/formatting.ts';

describe('formatting', () => {
  it('carries at the edges of units', () => {
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(999_950)).toBe('1.0 MB');
    expect(formatBytes(12_345_678)).toBe('12 MB');
    expect(formatDuration(59_600)).toBe('1 min');
    expect(formatDuration(3_599_900)).toBe('1 h');
    expect(formatDuration(90_061_000)).toBe('25 h 1 min');
    expect(formatMagnitude(1_140_000)).toBe('1.14 M');
  });

  it('writes times as the clock on the wall has them', () => {
    const noon = new Date(2026, 10, 21, 14, 5, 9).getTime();
    expect(formatDateTime(noon)).toBe('21 Nov 2026, 14:05');
    expect(formatClock(noon)).toBe('14:05:09');
    expect(formatCount(12_345.4)).toBe('12,345');
  });

  it('shows what is unknown as a dash, never as NaN', () => {
    expect(formatPercent(null)).toBe('–');
    expect(formatPercent(Number.NaN)).toBe('–');
  });

  it('writes differences with their sign', () => {
    expect(formatPoints(0.031)).toBe('+3.1 points');
    expect(formatPoints(-0.031)).toBe('−3.1 points');
  });

  it('does not count single seconds down where the estimate is coarse', () => {
    expect(formatTimeLeft(null)).toBe('estimating time');
    expect(formatTimeLeft(2_000)).toBe('a few seconds left');
    expect(formatTimeLeft(31_000)).toBe('35 s left');
    expect(formatTimeLeft(61_000)).toBe('2 min left');
  });
});
