/** All promotions and rollbacks of a model as a timeline, newest first. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowUp, Milestone, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { DeploymentEvent } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatDateTime, formatPoints, formatProbability } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './DeploymentHistory.module.css';
import { switchText } from './switch-text.ts';

export function DeploymentHistory({ modelName }: { readonly modelName: string }) {
  const query = useQuery(station.deployment.listHistory.queryOptions({ input: { model: modelName } }));
  return (
    <Panel title="History" testId="deployment-history">
      <Loaded query={query}>
        {(events) =>
          events.length === 0 ? (
            <EmptyState icon={Milestone} title="Nothing was deployed yet">
              Promotions and rollbacks are kept here, with reason, person and comparison.
            </EmptyState>
          ) : (
            <Timeline events={events} />
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Shown before somebody asks for all. */
const shownEvents = 6;

function Timeline({ events }: { readonly events: readonly DeploymentEvent[] }) {
  const [isComplete, setComplete] = useState(false);
  const shown = isComplete ? events : events.slice(0, shownEvents);
  return (
    <>
      <ol className={classes.list}>
        {shown.map((event) => (
          <HistoryItem key={event.id} event={event} />
        ))}
      </ol>
      {shown.length < events.length && (
        <Button variant="subtle" onClick={() => setComplete(true)}>
          Show all {formatCount(events.length)}
        </Button>
      )}
    </>
  );
}

function HistoryItem({ event }: { readonly event: DeploymentEvent }) {
  const isRollback = event.kind === 'rollback';
  const Icon = isRollback ? RotateCcw : ArrowUp;
  return (
    <li className={classes.item} data-kind={event.kind}>
      <span className={classes.icon}>
        <Icon size={16} aria-hidden />
      </span>
      <div className={classes.text}>
        <strong>
          {isRollback ? 'Rolled back' : 'Promoted'}: {versionStep(event)}
        </strong>
        <span className={classes.detail}>
          {formatDateTime(event.at)} by {event.actor}. {switchText(event)}
        </span>
        {event.comparison !== null && (
          <span className={classes.detail}>
            {formatPoints(event.comparison.difference)} on {event.comparison.count} pictures
            {event.comparison.task === 'classification' && `, ${formatProbability(event.comparison.pValue)}`}
          </span>
        )}
        {event.reason !== '' && <q className={classes.reason}>{event.reason}</q>}
      </div>
    </li>
  );
}

function versionStep({ fromVersion, toVersion }: DeploymentEvent): string {
  return fromVersion === null ? `v${toVersion}` : `v${fromVersion} → v${toVersion}`;
}
