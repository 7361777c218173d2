import { describe, expect, it } from 'vitest';
import {
  type DetectionClass,
  sortClasses,
} from '../../../../src-renderer/features/evaluation/class-order.ts';

const row = (className: string, ap50: number | null) => ({ className, ap50 }) as DetectionClass;
const rows = [row('c10', 0.5), row('c9', null), row('c2', 0.8)];
const namesBy = (by: 'className' | 'ap50', isDescending: boolean) =>
  sortClasses(rows, { by, isDescending }).map(({ className }) => className);

describe('sortClasses', () => {
  it('puts classes without truth last, whichever the direction', () => {
    expect(namesBy('ap50', false)).toEqual(['c10', 'c2', 'c9']);
    expect(namesBy('ap50', true)).toEqual(['c2', 'c10', 'c9']);
  });

  it('sorts names with numbers as a person counts', () => {
    expect(namesBy('className', false)).toEqual(['c2', 'c9', 'c10']);
  });
});
