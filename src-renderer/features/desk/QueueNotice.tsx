/** Above the desk where the queue does not hold all that it could: new pictures, or a model that has not looked yet. */
import type { ImageFilter } from '../../../src-preload/contract/index.ts';
import { formatPlural } from '../../components/formatting.ts';
import { usesScores } from './EmptyQueue.tsx';
import classes from './Queue.module.css';
import { ChooseButton, ScoreButton } from './QueueAction.tsx';
import { useQueues } from './use-queues.ts';

export function QueueNotice({ filter }: { readonly filter: ImageFilter }) {
  const queues = useQueues();
  if (!queues) return null;
  const unseen = queues.model?.unseen ?? 0;
  if (usesScores(filter) && unseen > 0) {
    return (
      <div className={classes.bar}>
        <span>
          {queues.model?.reference} has not looked at {formatPlural(unseen, 'picture')}.
        </span>
        <ScoreButton queues={queues} isQuiet />
      </div>
    );
  }
  if (filter.queue !== 'diverse') return null;
  return (
    <div className={classes.bar}>
      <span>Chosen to be unlike each other and what was labelled then.</span>
      <ChooseButton queues={queues} isQuiet />
    </div>
  );
}
