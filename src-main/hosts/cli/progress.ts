/** Progress on stderr: one line that moves on a terminal, now and then a line elsewhere. */
import type { JobProgress } from '../../../src-preload/contract/job.ts';
import type { Clock } from '../../base/clock.ts';
import { formatDuration } from './answer.ts';

export interface ProgressDisplay {
  show(title: string, progress: JobProgress): void;
  /** Takes the moving line away, so that what follows starts on a clean one. */
  clear(): void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
/** Off a terminal a line is due after this time, or at once when this share of the work was done since the last. */
const quietMs = 10_000;
const notableShare = 0.25;

export function createProgressDisplay(output: ProgressOutput, clock: Clock): ProgressDisplay {
  return output.isTTY ? createMovingLine(output) : createSparseLines(output, clock);
}

function createMovingLine(output: ProgressOutput): ProgressDisplay {
  const clear = () => output.write('\r\u001b[2K');
  return {
    show: (title, progress) => {
      clear();
      output.write(`${title}: ${formatProgress(progress)}`.slice(0, (output.columns ?? 80) - 1));
    },
    clear: () => void clear(),
  };
}

function createSparseLines(output: ProgressOutput, clock: Clock): ProgressDisplay {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastFraction = 0;
  return {
    show: (title, progress) => {
      const isDue = clock.monotonic() - lastAt >= quietMs || progress.fraction - lastFraction >= notableShare;
      if (!isDue) return;
      lastAt = clock.monotonic();
      lastFraction = progress.fraction;
      output.write(`${title}: ${formatProgress(progress)}\n`);
    },
    clear: () => undefined,
  };
}

/** "██████░░░░ 25 %  epoch 3 of 12, 40 s left". */
export function formatProgress({ fraction, message, remainingMs }: JobProgress): string {
  const filled = Math.round(fraction * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const left = remainingMs === null ? '' : `, ${formatDuration(remainingMs)} left`;
  return `${bar} ${Math.floor(fraction * 100)} %  ${message}${left}`;
}
