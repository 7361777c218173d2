/** A message within a page: information, a warning or a failure, with at most one thing to do about it. */
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

export type NoticeTone = 'info' | 'good' | 'warn' | 'bad';

const icons = {
  info: Info,
  good: CircleCheck,
  warn: TriangleAlert,
  bad: CircleX,
} as const satisfies Record<NoticeTone, LucideIcon>;

interface NoticeProps {
  readonly tone: NoticeTone;
  readonly title?: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

export function Notice({ tone, title, children, action }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon size={20} aria-hidden className={classes.icon} />
      <div className={classes.text}>
        {title !== undefined && <strong className={classes.title}>{title}</strong>}
        {children !== undefined && <div className={classes.body}>{children}</div>}
      </div>
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </div>
  );
}
