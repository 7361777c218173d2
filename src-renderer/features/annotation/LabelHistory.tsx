/** Who labelled a picture, when, and as what. */
import { useQuery } from '@tanstack/react-query';
import type { AnnotationRevision, ImageHash } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
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
          <strong>{revision.className ?? 'Label taken away'}</strong>
          <span className={classes.detail}>
            {authorOf(revision)}, {formatDateTime(revision.createdAt)}
          </span>
        </li>
      ))}
    </ol>
  );
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
