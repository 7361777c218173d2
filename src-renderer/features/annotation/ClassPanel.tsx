/** The classes with key, colour and count: one press labels what is selected, the funnel filters by it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Eraser, Filter } from 'lucide-react';
import type { LabelClass } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { AddClassForm } from './AddClassForm.tsx';
import classes from './ClassPanel.module.css';
import { keyOfPosition } from './label-keys.ts';

interface ClassPanelProps {
  readonly labelClasses: readonly LabelClass[];
  /** Pictures that a label would go to now. */
  readonly targetCount: number;
  /** The class that the list is filtered by. */
  readonly filteredBy: string | undefined;
  readonly onLabel: (className: string | null) => void;
  /** Undefined where there is no list to filter. */
  readonly onFilter: ((className: string | undefined) => void) | undefined;
}

export function ClassPanel({ labelClasses, targetCount, filteredBy, onLabel, onFilter }: ClassPanelProps) {
  const counts = useClassCounts();
  return (
    <aside className={classes.panel} aria-label="Classes">
      <h2 className={classes.title}>Classes</h2>
      <p className={classes.hint}>{hintFor(labelClasses.length, targetCount)}</p>
      <ul className={classes.list}>
        {labelClasses.map((labelClass, position) => (
          <li key={labelClass.name} className={classes.item}>
            <button
              type="button"
              className={classes.label}
              disabled={targetCount === 0}
              onClick={() => onLabel(labelClass.name)}
              aria-label={`Label as ${labelClass.name}`}
              data-testid="class-button"
            >
              <span className={classes.swatch} style={{ background: labelClass.color }} />
              <span className={classes.name}>{labelClass.name}</span>
              <span className={classes.count}>{formatCount(counts.get(labelClass.name) ?? 0)}</span>
              <KeyHint keys={(keyOfPosition(position) ?? '').toUpperCase()} />
            </button>
            {onFilter !== undefined && (
              <FilterButton
                name={labelClass.name}
                isActive={filteredBy === labelClass.name}
                onFilter={onFilter}
              />
            )}
          </li>
        ))}
        <li className={classes.item}>
          <button
            type="button"
            className={classes.label}
            disabled={targetCount === 0}
            onClick={() => onLabel(null)}
            aria-label="Take the label away"
          >
            <Eraser size={14} aria-hidden />
            <span className={classes.name}>No label</span>
            <KeyHint keys="0" />
          </button>
        </li>
      </ul>
      <AddClassForm existing={labelClasses} />
    </aside>
  );
}

interface FilterButtonProps {
  readonly name: string;
  readonly isActive: boolean;
  readonly onFilter: (className: string | undefined) => void;
}

function FilterButton({ name, isActive, onFilter }: FilterButtonProps) {
  const label = isActive ? 'Show all classes' : `Show only ${name}`;
  return (
    <Tooltip label={label} position="left">
      <ActionIcon
        variant={isActive ? 'filled' : 'subtle'}
        color={isActive ? 'leaf' : 'gray'}
        size={40}
        aria-label={label}
        aria-pressed={isActive}
        onClick={() => onFilter(isActive ? undefined : name)}
      >
        <Filter size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function useClassCounts(): ReadonlyMap<string, number> {
  const query = useQuery(station.images.countImages.queryOptions());
  return new Map(query.data?.byClass.map(({ className, count }) => [className, count]));
}

function hintFor(classCount: number, targetCount: number): string {
  if (classCount === 0) return 'Add the first class to begin labelling.';
  if (targetCount === 0) return 'Choose pictures, then press a key or a class.';
  if (targetCount === 1) return 'Press a key or a class to label this picture.';
  return `Press a key or a class to label ${formatCount(targetCount)} pictures.`;
}
