/** A surface with a heading: the one kind of card in the application. */
import type { ReactNode } from 'react';
import classes from './Panel.module.css';

interface PanelProps {
  readonly title?: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Without inner padding, for tables that reach the edge. */
  readonly isFlush?: boolean;
  readonly className?: string | undefined;
  readonly testId?: string;
}

export function Panel({ title, note, actions, children, isFlush = false, className, testId }: PanelProps) {
  return (
    <section
      className={[classes.panel, className].filter(Boolean).join(' ')}
      aria-label={title}
      data-testid={testId}
    >
      {(title !== undefined || actions !== undefined) && (
        <header className={classes.header}>
          <div className={classes.heading}>
            {title !== undefined && <h2 className={classes.title}>{title}</h2>}
            {note !== undefined && <div className={classes.note}>{note}</div>}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      <div className={isFlush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
