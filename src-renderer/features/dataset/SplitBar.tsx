/** Train, validation and test as one bar. */
import type { SplitCounts } from '../../../src-preload/contract/index.ts';
import { formatCount } from '../../components/formatting.ts';
import classes from './SplitBar.module.css';

const parts = [
  { split: 'train', name: 'Train' },
  { split: 'val', name: 'Validation' },
  { split: 'test', name: 'Test' },
] as const;

interface SplitBarProps {
  readonly counts: SplitCounts;
  /** The count that fills the whole width; the sum of `counts` if absent. */
  readonly scale?: number;
}

export function SplitBar({ counts, scale }: SplitBarProps) {
  const sum = counts.train + counts.val + counts.test;
  const full = Math.max(1, scale ?? sum);
  const text = parts.map(({ split, name }) => `${name} ${formatCount(counts[split])}`).join(', ');
  return (
    <div className={classes.bar} role="img" aria-label={text} title={text}>
      {parts.map(({ split }) => (
        <span
          key={split}
          className={classes.part}
          data-split={split}
          style={{ width: `${(counts[split] / full) * 100}%` }}
        />
      ))}
    </div>
  );
}

/** What the colours of the bar stand for. */
export function SplitLegend() {
  return (
    <div className={classes.legend}>
      {parts.map(({ split, name }) => (
        <span key={split} className={classes.entry}>
          <span className={classes.part} data-split={split} />
          {name}
        </span>
      ))}
    </div>
  );
}
