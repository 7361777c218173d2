/** Who labelled a picture, when, and as what. */
import { useQuery } from '@tanstack/react-query';
import type { AnnotationRevision, ImageHash } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatDateTime, formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { describeState } from '../image/image-filter.ts';
import classes from './LabelHistory.module.css';

export function LabelHistory({ imageHash }: { readonly imageHash: ImageHash }) {
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
}

function Revisions({ revisions }: { readonly revisions: readonly AnnotationRevision[] }) {
  if (revisions.length === 0) return <p className={classes.none}>Never labelled.</p>;
  return (
    <ol className={classes.list}>
      {revisions.toReversed().map((revision) => (
        <li key={revision.id} className={classes.item}>
          <strong>{whatOf(revision)}</strong>
          <span className={classes.detail}>
            {authorOf(revision)}, {formatDateTime(revision.createdAt)}
          </span>
        </li>
      ))}
    </ol>
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
