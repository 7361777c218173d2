/** What each annotator has said of a picture on which they differ. */
import { useQuery } from '@tanstack/react-query';
import type { ImageHash, PictureConsensus } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import classes from './DeskSide.module.css';

export function AnswersSection({ imageHash }: { readonly imageHash: ImageHash }) {
  const input = { imageHashes: [imageHash] };
  const answers = useQuery(station.annotation.previewConsensus.queryOptions({ input })).data?.[0]?.answers;
  // Where only the model and the label differ nobody has answered.
  if (answers === undefined || answers.length < 2) return null;
  return (
    <section aria-label="Answers" data-testid="desk-answers">
      <h2 className={classes.title}>Annotators differ</h2>
      <dl className={classes.facts}>
        {answers.map((answer) => (
          <div key={answer.annotator}>
            <dt>{answer.annotator}</dt>
            <dd>{describeAnswer(answer)}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.hint}>What you draw and finish here becomes the label.</p>
    </section>
  );
}

function describeAnswer({ className, boxes }: PictureConsensus['answers'][number]): string {
  const counts = [...Map.groupBy(boxes, (box) => box.className)].map(
    ([name, { length }]) => `${length} × ${name}`,
  );
  const told = [...(className === null ? [] : [className]), ...counts];
  return told.length === 0 ? 'nothing on it' : told.join(', ');
}
