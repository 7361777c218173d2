/** One number with its name: the smallest piece of the instrument. */
import type { ReactNode } from 'react';
import classes from './Figure.module.css';

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: 'plain' | 'good' | 'warn' | 'bad';
  readonly size?: 'md' | 'lg';
}

export function Figure({ label, value, note, tone = 'plain', size = 'md' }: FigureProps) {
  return (
    <div className={classes.figure} data-tone={tone} data-size={size}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>{value}</dd>
      {note !== undefined && <dd className={classes.note}>{note}</dd>}
    </div>
  );
}

/** A row of figures. */
export function Figures({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.row}>{children}</dl>;
}
