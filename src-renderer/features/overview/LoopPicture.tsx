/** The loop as a picture: seven stages on a track that closes, each with its live state. */
import { Progress } from '@mantine/core';
import { RefreshCcw } from 'lucide-react';
import { Link } from 'wouter';
import type { Job, Overview } from '../../../src-preload/contract/index.ts';
import { formatCount, formatTimeLeft } from '../../components/formatting.ts';
import classes from './LoopPicture.module.css';
import { type Stage, stagesOf } from './stages.ts';

interface LoopPictureProps {
  readonly overview: Overview;
  readonly jobs: readonly Job[];
}

export function LoopPicture({ overview, jobs }: LoopPictureProps) {
  const stages = stagesOf(overview, jobs);
  return (
    <section aria-label="The loop" className={classes.loop} data-testid="loop">
      <Track />
      <ol className={classes.stages}>
        {stages.map((stage, index) => (
          <li key={stage.name} className={classes.slot} data-stage={stage.name}>
            <StageCard stage={stage} position={index + 1} />
          </li>
        ))}
        <li className={classes.slot} data-stage="return">
          <ReturnCard requests={overview.deployment.requests} />
        </li>
      </ol>
    </section>
  );
}

/** The closed line behind the cards; its dashes run in the direction of the loop. */
function Track() {
  return (
    <svg className={classes.track} aria-hidden="true">
      <rect rx="14" />
    </svg>
  );
}

function StageCard({ stage, position }: { readonly stage: Stage; readonly position: number }) {
  const Icon = stage.icon;
  return (
    <Link
      href={stage.href}
      className={classes.card}
      data-reached={stage.isReached || undefined}
      data-running={stage.job !== null || undefined}
      data-testid={`stage-${stage.name}`}
    >
      <span className={classes.head}>
        <span className={classes.icon}>
          <Icon size={18} strokeWidth={1.9} aria-hidden />
        </span>
        <span className={classes.title}>{stage.title}</span>
        <span className={classes.position} aria-hidden>
          {position}
        </span>
      </span>
      <span className={classes.figure}>{stage.figure}</span>
      <span className={classes.detail} title={stage.detail}>
        {stage.detail}
      </span>
      <StageBar stage={stage} />
    </Link>
  );
}

function StageBar({ stage }: { readonly stage: Stage }) {
  if (stage.job !== null) {
    const { fraction, remainingMs } = stage.job.progress;
    return (
      <span className={classes.bar}>
        <Progress value={fraction * 100} size="sm" aria-label={`${stage.title}: running`} />
        <span className={classes.left}>{formatTimeLeft(remainingMs)}</span>
      </span>
    );
  }
  if (stage.share === null) return null;
  return (
    <span className={classes.bar} aria-hidden>
      <Progress value={stage.share * 100} size="sm" color={stage.share >= 1 ? 'leaf' : 'leaf.5'} />
    </span>
  );
}

function ReturnCard({ requests }: { readonly requests: number }) {
  return (
    <div className={classes.back}>
      <RefreshCcw size={20} strokeWidth={1.8} aria-hidden />
      <span>
        <strong>{formatCount(requests)}</strong> predictions since the start. Hard cases come back as new
        pictures.
      </span>
    </div>
  );
}
