/** How something stands, in a word with a sign: never by colour alone. */
import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleSlash,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
  Zap,
} from 'lucide-react';
import type { JobStatus, RunStatus } from '../../src-preload/contract/index.ts';
import classes from './StatusChip.module.css';

type Status = JobStatus | RunStatus;
type Tone = 'plain' | 'good' | 'info' | 'warn' | 'bad';

interface Appearance {
  readonly word: string;
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

const appearances = {
  queued: { word: 'Queued', tone: 'plain', icon: CircleDashed },
  running: { word: 'Running', tone: 'info', icon: LoaderCircle },
  succeeded: { word: 'Done', tone: 'good', icon: CircleCheck },
  completed: { word: 'Completed', tone: 'good', icon: CircleCheck },
  stopped: { word: 'Stopped early', tone: 'good', icon: CirclePause },
  cancelled: { word: 'Cancelled', tone: 'plain', icon: CircleSlash },
  diverged: { word: 'Diverged', tone: 'warn', icon: TriangleAlert },
  failed: { word: 'Failed', tone: 'bad', icon: CircleX },
  crashed: { word: 'Crashed', tone: 'bad', icon: Zap },
} as const satisfies Record<Status, Appearance>;

export function StatusChip({ status }: { readonly status: Status }) {
  const { word, tone, icon } = appearances[status];
  return <ToneChip word={word} tone={tone} icon={icon} isSpinning={status === 'running'} status={status} />;
}

interface ToneChipProps extends Appearance {
  readonly isSpinning?: boolean;
  readonly status?: string;
}

/** A chip for states outside of jobs and runs. */
export function ToneChip({ word, tone, icon: Icon, isSpinning = false, status }: ToneChipProps) {
  return (
    <span className={classes.chip} data-tone={tone} data-status={status} data-testid="status">
      <Icon size={14} strokeWidth={2.2} aria-hidden className={isSpinning ? classes.spin : undefined} />
      {word}
    </span>
  );
}
