/** Classes by time: how many pictures each cell holds, as shades that filter when they are pressed or drawn over. */
import { ActionIcon, Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Maximize2, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ImageFilter, ImageMap } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import classes from './DatasetMap.module.css';
import { MapGrid } from './MapGrid.tsx';
import {
  describeSpan,
  filterByMap,
  type MapRow,
  type MapSpan,
  toMapRows,
  withoutSubject,
} from './map-cells.ts';

interface DatasetMapProps {
  readonly filter: ImageFilter;
  readonly colorOf: (className: string) => string | undefined;
  readonly onFilter: (filter: ImageFilter) => void;
  readonly onClose: () => void;
}

const bins = 48;

export function DatasetMap({ filter, colorOf, onFilter, onClose }: DatasetMapProps) {
  const [span, setSpan] = useState<MapSpan | null>(null);
  const query = useQuery(
    station.images.mapImages.queryOptions({
      input: { filter: withoutSubject(filter), bins },
      staleTime: 10_000,
      refetchInterval: 20_000,
      placeholderData: keepPreviousData,
    }),
  );
  const map = query.data;
  const rows = useMemo(() => (map === undefined ? [] : toMapRows(map)), [map]);
  const isZoomed = filter.takenFrom !== undefined || filter.takenUntil !== undefined;
  const apply = (row: MapRow, first: number, last: number): void => {
    const [from, until] = [map?.edges[first], map?.edges[last + 1]];
    if (from !== undefined && until !== undefined) onFilter(filterByMap(filter, row, { from, until }));
  };
  return (
    <section className={classes.map} aria-label="Map of the set">
      <div className={classes.head}>
        <h2 className={classes.title}>Classes by time</h2>
        <p className={classes.readout} aria-live="polite" data-testid="map-readout">
          {query.isError ? errorMessage(query.error) : readout(map, rows, span)}
        </p>
        {isZoomed && (
          <Button
            variant="light"
            size="compact-md"
            h={40}
            leftSection={<Maximize2 size={16} aria-hidden />}
            onClick={() => onFilter(withoutTime(filter))}
          >
            All time
          </Button>
        )}
        <ActionIcon variant="subtle" color="gray" size={40} aria-label="Hide the map" onClick={onClose}>
          <X size={18} aria-hidden />
        </ActionIcon>
      </div>
      {map !== undefined && map.edges.length > 0 && (
        <MapGrid
          map={map}
          rows={rows}
          filter={filter}
          colorOf={colorOf}
          onSpan={setSpan}
          onApply={apply}
          onRow={(row) => onFilter(filterByMap(filter, row, null))}
        />
      )}
    </section>
  );
}

function withoutTime({ takenFrom: _, takenUntil: __, ...filter }: ImageFilter): ImageFilter {
  return filter;
}

function readout(map: ImageMap | undefined, rows: readonly MapRow[], span: MapSpan | null): string {
  if (map === undefined) return 'Counting';
  if (map.edges.length === 0) return 'No picture matches the filter.';
  const row = span === null ? undefined : rows[span.row];
  if (span === null || row === undefined) return summary(map, rows);
  const count = row.counts.slice(span.first, span.last + 1).reduce((sum, one) => sum + one, 0);
  return `${row.name}, ${describeSpan(map, span.first, span.last)}: ${formatPlural(count, 'picture')}`;
}

/** What the shades show, in a sentence. */
function summary(map: ImageMap, rows: readonly MapRow[]): string {
  const [all, ...others] = rows;
  const largest = others
    .filter(({ subject }) => subject.kind === 'class')
    .toSorted((first, second) => second.total - first.total)[0];
  const most = largest ? `, most of ${largest.name} (${formatCount(largest.total)})` : '';
  const whole = describeSpan(map, 0, map.totals.length - 1);
  return `${formatPlural(all?.total ?? 0, 'picture')}, ${whole}${most}. Press a cell, or draw over several.`;
}
