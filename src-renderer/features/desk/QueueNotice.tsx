/** Above the picture: by what the queue is ordered, and the step that brings it up to date where it lags behind. */
import { Select } from '@mantine/core';
import { useLocation } from 'wouter';
import type { ImageFilter, Task, UncertaintyMeasure } from '../../../src-preload/contract/index.ts';
import { formatPlural } from '../../components/formatting.ts';
import { deskHref, listMeasures } from './desk-queues.ts';
import { usesScores } from './EmptyQueue.tsx';
import classes from './Queue.module.css';
import { ChooseButton, ScoreButton } from './QueueAction.tsx';
import { useQueues } from './use-queues.ts';

interface QueueNoticeProps {
  readonly filter: ImageFilter;
  readonly measure: UncertaintyMeasure;
  readonly task: Task;
}

export function QueueNotice({ filter, measure, task }: QueueNoticeProps) {
  const queues = useQueues();
  const unseen = queues?.model?.unseen ?? 0;
  const lags = usesScores(filter) && unseen > 0;
  if (filter.queue === 'diverse') {
    return (
      <div className={classes.bar}>
        <span className={classes.text}>Chosen to be unlike each other and what was labelled then.</span>
        {queues && <ChooseButton queues={queues} isQuiet />}
      </div>
    );
  }
  if (!lags && filter.queue !== 'uncertain') return null;
  return (
    <div className={classes.bar}>
      {filter.queue === 'uncertain' && <MeasureChooser filter={filter} measure={measure} task={task} />}
      <span className={classes.text}>
        {lags && `${queues?.model?.reference} has not looked at ${formatPlural(unseen, 'picture')}.`}
      </span>
      {queues && lags && <ScoreButton queues={queues} isQuiet />}
    </div>
  );
}

function MeasureChooser({ filter, measure, task }: QueueNoticeProps) {
  const [, navigate] = useLocation();
  return (
    <>
      <span>Most uncertain first:</span>
      <Select
        className={classes.measure}
        aria-label="Most uncertain first by"
        data={listMeasures(task)}
        value={measure}
        onChange={(value) => value && navigate(deskHref(filter, undefined, value))}
      />
    </>
  );
}
