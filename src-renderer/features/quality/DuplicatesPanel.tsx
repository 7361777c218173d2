/** Pictures that look alike, one group after the other, decided by one key. */
import { ActionIcon, Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, CopyCheck } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { DuplicateGroup } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import classes from './DuplicatesPanel.module.css';
import { LookalikeCard } from './LookalikeCard.tsx';
import { ThresholdSlider } from './ThresholdSlider.tsx';
import { lookalikeRange } from './thresholds.ts';
import { type Decisions, useDecisions } from './use-decisions.ts';
import { useDuplicateKeys } from './use-duplicate-keys.ts';

export function DuplicatesPanel() {
  const [asked, setAsked] = useState(0);
  const query = useQuery({
    ...station.annotation.listDuplicateGroups.queryOptions({ input: { offset: asked, limit: 1 } }),
    placeholderData: keepPreviousData,
  });
  const total = query.data?.total ?? 0;
  // A decision about the last group makes the list shorter.
  if (query.data !== undefined && !query.isPlaceholderData && asked > 0 && asked >= total) {
    setAsked(Math.max(0, total - 1));
  }
  const group = query.isPlaceholderData ? undefined : query.data?.groups[0];
  const decisions = useDecisions(group);
  const move = useCallback(
    (by: 1 | -1) => setAsked((at) => Math.max(0, Math.min(total - 1, at + by))),
    [total],
  );
  useDuplicateKeys(decisions, move);
  return (
    <Panel
      title="Pictures that look alike"
      note={query.data && summaryOf(query.data)}
      actions={total > 0 && <Steps at={asked} total={total} onMove={move} />}
      testId="duplicates"
    >
      <div className={classes.distance}>
        <span>Alike up to</span>
        <ThresholdSlider name="Pictures that look alike" range={lookalikeRange} />
      </div>
      <Loaded query={query} height={420}>
        {({ groups }) => <Group group={groups[0]} decisions={decisions} />}
      </Loaded>
    </Panel>
  );
}

interface Totals {
  readonly total: number;
  readonly exact: number;
  readonly pictures: number;
}

function summaryOf({ total, exact, pictures }: Totals): string {
  if (total === 0) return 'No group waits for a decision';
  const same = exact > 0 ? `, ${formatCount(exact)} of the same pixels` : '';
  return `${formatPlural(pictures, 'picture')} in ${formatPlural(total, 'group')}${same}`;
}

interface StepsProps {
  readonly at: number;
  readonly total: number;
  readonly onMove: (by: 1 | -1) => void;
}

function Steps({ at, total, onMove }: StepsProps) {
  return (
    <>
      <ActionIcon
        variant="default"
        size={36}
        aria-label="Previous group"
        disabled={at === 0}
        onClick={() => onMove(-1)}
      >
        <ChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <span className={classes.place} aria-live="polite" data-testid="group-place">
        {formatCount(at + 1)} of {formatCount(total)}
      </span>
      <ActionIcon
        variant="default"
        size={36}
        aria-label="Next group"
        disabled={at >= total - 1}
        onClick={() => onMove(1)}
      >
        <ChevronRight size={18} aria-hidden />
      </ActionIcon>
    </>
  );
}

interface GroupProps {
  readonly group: DuplicateGroup | undefined;
  readonly decisions: Decisions;
}

function Group({ group, decisions }: GroupProps) {
  return (
    <>
      {group === undefined ? (
        <EmptyState icon={CopyCheck} title="Nothing looks alike">
          Pictures of nearly the same content come here side by side. Move the slider to find more distant
          ones.
        </EmptyState>
      ) : (
        <div className={classes.pictures}>
          {group.pictures.map(({ image, distance, isSame }, place) => (
            <LookalikeCard
              key={image.hash}
              image={image}
              distance={distance}
              place={place}
              isSame={isSame}
              onKeep={decisions.isBusy ? undefined : () => decisions.keepOne(place)}
            />
          ))}
        </div>
      )}
      <DecisionBar hasGroup={group !== undefined} decisions={decisions} />
    </>
  );
}

function DecisionBar({ hasGroup, decisions }: { readonly hasGroup: boolean; readonly decisions: Decisions }) {
  const report = useQuery(station.annotation.checkQuality.queryOptions());
  const last = report.data?.lastDecision ?? null;
  return (
    <div className={classes.bar}>
      {hasGroup && (
        <Button
          variant="default"
          disabled={decisions.isBusy}
          rightSection={<KeyHint keys="0" />}
          onClick={decisions.keepAll}
        >
          Keep all, they differ
        </Button>
      )}
      {last !== null && (
        <Button
          variant="subtle"
          disabled={decisions.isBusy}
          rightSection={<KeyHint keys="Ctrl Z" />}
          onClick={decisions.undo}
        >
          Undo: {formatCount(last.kept)} kept, {formatCount(last.setAside)} set aside
        </Button>
      )}
      <span className={classes.hint}>
        What is set aside stays, but in no queue and no new dataset version.
      </span>
    </div>
  );
}
