import { describe, expect, it } from 'vitest';
import {
  formatBytes,
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
