/** What stands where a queue is empty: why, and the step that fills it. */
import { Button } from '@mantine/core';
import { CircleCheckBig, Images, ListStart, RefreshCw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ImageFilter, QueueNeed } from '../../../src-preload/contract/index.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { AutoLabelButton } from '../annotation/AutoLabelDialog.tsx';
import { dataHref } from '../image/image-filter.ts';
import { AnnotatorChooser } from '../team/AnnotatorChooser.tsx';
import { queueOf } from './desk-queues.ts';
import classes from './Queue.module.css';
import { QueueAction, ScoreButton } from './QueueAction.tsx';
import { QueueChooser } from './QueueChooser.tsx';
import { readQueueState, useQueues } from './use-queues.ts';

interface EmptyQueueProps {
  readonly filter: ImageFilter;
  readonly onAgain: () => void;
}

export function EmptyQueue({ filter, onAgain }: EmptyQueueProps) {
  const queues = useQueues();
  const { needs, pictures } = readQueueState(queues, filter);
  useRise(pictures, onAgain);
  return (
    <div className={classes.empty}>
      <QueueChooser filter={filter} />
      <EmptyState
        icon={needs === null ? CircleCheckBig : ListStart}
        title={needs === null ? 'Nothing is left in this queue' : 'This queue is not made yet'}
        action={
          <>
            {queues && needs !== null && <QueueAction need={needs} queues={queues} />}
            {queues && needs === null && usesScores(filter) && <ScoreButton queues={queues} />}
            {filter.state === 'predicted' && <AutoLabelButton />}
            <Button
              component="a"
              href={`#${dataHref({})}`}
              variant={needs === null ? 'filled' : 'default'}
              leftSection={<Images size={16} aria-hidden />}
            >
              All pictures
            </Button>
            <Button variant="default" onClick={onAgain} leftSection={<RefreshCw size={16} aria-hidden />}>
              Look again
            </Button>
            <AnnotatorChooser />
          </>
        }
      >
        {needs === null ? describeEnd(filter) : needTexts[needs]}
      </EmptyState>
    </div>
  );
}

/**
 * What a job has found meanwhile is shown by itself. Not what is counted at first: that may be from before the last stroke,
 * and reading the queue again and again for it would never let the count be read.
 */
function useRise(pictures: number | undefined, onRise: () => void): void {
  const seen = useRef(pictures);
  const onRiseRef = useRef(onRise);
  onRiseRef.current = onRise;
  useEffect(() => {
    const before = seen.current;
    seen.current = pictures;
    if (before !== undefined && pictures !== undefined && pictures > before) onRiseRef.current();
  }, [pictures]);
}

/** Whether what a model says of pictures makes the queue. */
export function usesScores({ queue }: ImageFilter): boolean {
  return queue === 'uncertain' || queue === 'suspect' || queue === 'disagreement';
}

const needTexts = {
  pictures: 'There are no pictures yet. Drop some on the Data page.',
  model:
    'It needs a model that says what it sees. Label some pictures, and train the first one, or import one.',
  scores:
    'No model has looked at the pictures. It tells what it is unsure of and which labels it doubts; labels stay as they are.',
  measures: 'The pictures have not been measured: their colours and edges tell which are unlike each other.',
  choice: 'The pictures are measured. Choose those that are most unlike each other and what is labelled.',
} as const satisfies Record<QueueNeed, string>;

function describeEnd(filter: ImageFilter): string {
  switch (queueOf(filter)?.id) {
    case 'unlabelled':
      return 'Every picture is labelled. Freeze them into a dataset version, or import more.';
    case 'suspect':
      return 'The model that looked doubts no label that nobody has confirmed. A new model may see more.';
    case 'disagreement':
      return 'Annotators agree, and the model and the labels do.';
    case 'uncertain':
      return 'Every picture that a model has looked at is labelled.';
    case 'predicted':
      return 'No suggestion waits. A model can label what nobody has labelled.';
    default:
      return 'No picture fits this queue. Choose another above.';
  }
}
