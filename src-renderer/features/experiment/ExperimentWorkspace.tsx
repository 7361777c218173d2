/** The Experiments page below its header: the table of runs, and what the ticked ones have to say side by side. */
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Search, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type ModelVersion, type Run, runStatusSchema } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatPlural } from '../../components/formatting.ts';
import { Panel } from '../../components/Panel.tsx';
import { PairedComparison } from '../evaluation/ComparisonPanel.tsx';
import { ColumnPicker } from './ColumnPicker.tsx';
import { ExperimentTable } from './ExperimentTable.tsx';
import classes from './ExperimentWorkspace.module.css';
import { OverlayPanel } from './OverlayPanel.tsx';
import { ParameterTable } from './ParameterTable.tsx';
import { columnsOf, initialColumns, type RunColumn, variedSettings } from './run-columns.ts';
import { filterRuns, nextOrder, type RunFilter, type RunOrder, sortRuns } from './run-order.ts';
import { useExperimentSelection } from './use-experiment-selection.ts';

const newestFirst: RunOrder = { by: 'run.started', isDescending: true };

export function ExperimentWorkspace({ runs }: { readonly runs: readonly Run[] }) {
  const [order, setOrder] = useState(newestFirst);
  const [filter, setFilter] = useState<RunFilter>({ text: '' });
  const [settled] = useDebouncedValue(filter, 150);
  const selection = useExperimentSelection();
  const columns = useMemo(() => columnsOf(runs), [runs]);
  const [shownKeys, setShownKeys] = useShownColumns(runs, columns);
  const rows = useMemo(
    () => sortRuns(filterRuns(runs, settled), columns, order),
    [runs, settled, columns, order],
  );
  const ticked = selection.ids.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  const varied = variedSettings(ticked, columns);
  return (
    <div className={classes.stack}>
      <Panel
        title={formatPlural(rows.length, 'run')}
        note={
          ticked.length === 0
            ? 'Tick two or more to lay them side by side'
            : `${ticked.length} ticked; settings that differ are tinted`
        }
        isFlush
        actions={
          <>
            {ticked.length > 0 && (
              <Button
                variant="subtle"
                color="gray"
                leftSection={<X size={17} aria-hidden />}
                onClick={selection.clear}
              >
                Untick all
              </Button>
            )}
            <FilterFields filter={filter} onFilter={setFilter} />
            <ColumnPicker columns={columns} shown={shownKeys} onShow={setShownKeys} />
          </>
        }
      >
        <ExperimentTable
          runs={rows}
          columns={columns.filter(({ key }) => shownKeys.has(key))}
          varied={varied}
          order={order}
          selection={selection}
          onSort={(column) => setOrder(nextOrder(order, column))}
        />
        {rows.length === 0 && <p className={classes.none}>No run fits all parts of this filter.</p>}
      </Panel>
      {ticked.length > 0 && <OverlayPanel runs={ticked} />}
      {ticked.length > 1 && <ParameterTable runs={ticked} />}
      {ticked.length > 1 && <ResultComparison runs={ticked} />}
    </div>
  );
}

interface FilterFieldsProps {
  readonly filter: RunFilter;
  readonly onFilter: (filter: RunFilter) => void;
}

function FilterFields({ filter, onFilter }: FilterFieldsProps) {
  return (
    <>
      <TextInput
        w={220}
        aria-label="Find runs"
        placeholder="Name, dataset, epochs=20 …"
        leftSection={<Search size={16} aria-hidden />}
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
      />
      <Select
        w={140}
        aria-label="State"
        placeholder="Any state"
        clearable
        data={runStatusSchema.options}
        value={filter.status ?? null}
        onChange={(status) => onFilter({ ...filter, status: runStatusSchema.safeParse(status).data })}
      />
    </>
  );
}

/** The models that the first and the last ticked run made, on the same pictures. */
function ResultComparison({ runs }: { readonly runs: readonly Run[] }) {
  const versions = useQuery(station.registry.listVersions.queryOptions({ input: {} })).data;
  const made = runs.flatMap((run) => versions?.find((version) => isResult(version, run)) ?? []);
  const [first] = made;
  const last = made.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  return (
    <Panel title="Their models" note={`${first.name} v${first.version} and ${last.name} v${last.version}`}>
      <PairedComparison a={first} b={last} />
    </Panel>
  );
}

function isResult({ name, version }: ModelVersion, run: Run): boolean {
  return name === run.modelName && version === run.modelVersion;
}

/** What a person chose stays; until then what the runs at hand make worth seeing. */
function useShownColumns(
  runs: readonly Run[],
  columns: readonly RunColumn[],
): readonly [ReadonlySet<string>, (keys: ReadonlySet<string>) => void] {
  const [saved, save] = useLocalStorage<string[]>({
    key: 'fieldstation.experiment-columns',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const shown = saved.length > 0 ? new Set(saved) : initialColumns(runs, columns);
  return [shown, (keys) => save([...keys])];
}
