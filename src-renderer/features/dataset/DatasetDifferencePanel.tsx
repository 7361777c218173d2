/** What a version changed against its parent, in numbers and in pictures. */
import { useQuery } from '@tanstack/react-query';
import type { DatasetDifference, DatasetVersion } from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './DatasetPanels.module.css';
import { datasetReference } from './dataset-href.ts';

const shownChanges = 24;

export function DatasetDifferencePanel({ version }: { readonly version: DatasetVersion }) {
  const query = useQuery({
    ...station.dataset.getDifference.queryOptions({ input: { reference: datasetReference(version) } }),
    enabled: version.parentVersion !== null,
  });
  if (version.parentVersion === null) {
    return <Panel title="Difference">This is the first version: there is nothing to compare it with.</Panel>;
  }
  return (
    <Panel title={`Difference to version ${version.parentVersion}`}>
      <Loaded query={query}>{(difference) => <Difference difference={difference} />}</Loaded>
    </Panel>
  );
}

function Difference({ difference }: { readonly difference: DatasetDifference }) {
  return (
    <div className={classes.stack}>
      <Figures>
        <Figure label="Added" value={formatCount(difference.added)} />
        <Figure label="Relabelled" value={formatCount(difference.relabelled)} />
        <Figure label="Removed" value={formatCount(difference.removed)} />
        <Figure label="Other split" value={formatCount(difference.moved)} />
        <Figure label="Unchanged" value={formatCount(difference.unchanged)} />
      </Figures>
      <div className={classes.changes}>
        {difference.changes.slice(0, shownChanges).map((change) => (
          <figure
            key={`${change.imageHash}${change.change}`}
            className={classes.change}
            style={{ margin: 0 }}
          >
            <img src={thumbnailUrl(change.imageHash)} alt="" loading="lazy" />
            <figcaption>
              <strong>{changeWord[change.change]}</strong>
              <span className={classes.changeText}>{changeText(change)}</span>
            </figcaption>
          </figure>
        ))}
      </div>
      {difference.changes.length > shownChanges && (
        <span className={classes.changeText}>The first {shownChanges} changes are shown.</span>
      )}
    </div>
  );
}

type Change = DatasetDifference['changes'][number];

const changeWord = {
  added: 'Added',
  removed: 'Removed',
  relabelled: 'Relabelled',
  moved: 'Other split',
} as const satisfies Record<Change['change'], string>;

function changeText({ change, from, to }: Change): string {
  if (change === 'relabelled')
    return from?.className === to?.className ? 'Other boxes' : `${from?.className} → ${to?.className}`;
  if (change === 'moved') return `${from?.split} → ${to?.split}`;
  const member = to ?? from;
  return member === null ? '' : [member.className, member.split].filter(Boolean).join(', ');
}
