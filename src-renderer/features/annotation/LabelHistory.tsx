/** Who labelled a picture, when, and as what. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo, useState } from 'react';
import type { AnnotationRevision, ImageHash } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatDateTime, formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { describeState } from '../image/image-filter.ts';
import classes from './LabelHistory.module.css';

/** Not written again with whatever moves around it. */
export const LabelHistory = memo(function LabelHistory({ imageHash }: { readonly imageHash: ImageHash }) {
  const query = useQuery(station.annotation.listRevisions.queryOptions({ input: { imageHash } }));
  return (
    <Loaded query={query} height={60}>
      {(revisions) => (
        <section aria-label="History of the label">
          <h2 className={classes.title}>History of the label</h2>
          <Revisions revisions={revisions} />
        </section>
      )}
    </Loaded>
  );
});

/** A picture that is much worked on has hundreds. */
const firstShown = 12;

function Revisions({ revisions }: { readonly revisions: readonly AnnotationRevision[] }) {
  const [isWhole, setWhole] = useState(false);
  if (revisions.length === 0) return <p className={classes.none}>Never labelled.</p>;
  const newest = revisions.toReversed();
  const shown = isWhole ? newest : newest.slice(0, firstShown);
  return (
    <>
      <ol className={classes.list}>
        {shown.map((revision) => (
          <li key={revision.id} className={classes.item}>
            <strong>{whatOf(revision)}</strong>
            <span className={classes.detail}>
              {authorOf(revision)}, {formatDateTime(revision.createdAt)}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < newest.length && (
        <Button variant="subtle" size="compact-sm" h={36} onClick={() => setWhole(true)}>
          Show all {formatCount(newest.length)}
        </Button>
      )}
    </>
  );
}

function whatOf({ className, state, boxesPut, boxesRemoved }: AnnotationRevision): string {
  const parts = [
    ...(boxesPut > 0 ? [`${formatPlural(boxesPut, 'box', 'boxes')} drawn or changed`] : []),
    ...(boxesRemoved > 0 ? [`${formatPlural(boxesRemoved, 'box', 'boxes')} taken away`] : []),
    ...(className !== null && boxesPut + boxesRemoved === 0 ? [className] : []),
  ];
  if (parts.length > 0) return parts.join(', ');
  return state === 'none' ? 'Label taken away' : describeState(state);
}

function authorOf(revision: AnnotationRevision): string {
  switch (revision.source) {
    case 'human':
      return revision.author;
    case 'import':
      return 'Came with the import';
    case 'model':
      return `By the model ${revision.author}`;
    default:
      return revision.source satisfies never;
  }
}
