/** The head of a column that can be sorted by. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import classes from './SortHead.module.css';

type SortDirection = 'ascending' | 'descending';

interface SortHeadProps {
  readonly label: string;
  /** Undefined where the table is sorted by another column. */
  readonly direction: SortDirection | undefined;
  readonly onSort: () => void;
  readonly className?: string | undefined;
  readonly title?: string | undefined;
}

export function SortHead({ label, direction, onSort, className, title }: SortHeadProps) {
  const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
  return (
    <th scope="col" className={className} aria-sort={direction} title={title}>
      <button type="button" className={classes.sort} onClick={onSort}>
        {label}
        {direction !== undefined && <Arrow size={13} aria-hidden />}
      </button>
    </th>
  );
}
