/** What of the pictures is shown: search, label, source and dataset as fields, the whole filter as chips. */
import { Button, CloseButton, Select, Slider, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import type { ImageFilter } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import classes from './FilterBar.module.css';
import { filterChips, withPart } from './image-filter.ts';
import { tileSizes, useImageView } from './image-store.ts';

interface FilterBarProps {
  readonly filter: ImageFilter;
  readonly classNames: readonly string[];
  readonly onFilter: (filter: ImageFilter) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

export function FilterBar({ filter, classNames, onFilter, searchRef }: FilterBarProps) {
  return (
    <search className={classes.bar} aria-label="Filter pictures">
      <SearchField filter={filter} onFilter={onFilter} inputRef={searchRef} />
      <LabelSelect filter={filter} classNames={classNames} onFilter={onFilter} />
      <SourceSelect filter={filter} onFilter={onFilter} />
      <DatasetSelect filter={filter} onFilter={onFilter} />
      <TileSizeSlider />
    </search>
  );
}

type FieldProps = Pick<FilterBarProps, 'filter' | 'onFilter'>;

function SearchField({
  filter,
  onFilter,
  inputRef,
}: FieldProps & { readonly inputRef: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState(filter.search ?? '');
  const apply = useDebouncedCallback((search: string) => {
    onFilter(withPart(filter, 'search', search === '' ? undefined : search));
  }, 250);
  useEffect(() => setText(filter.search ?? ''), [filter.search]);
  return (
    <TextInput
      ref={inputRef}
      className={classes.search}
      aria-label="Search file names"
      placeholder="Search file names"
      leftSection={<Search size={17} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}

const anyLabel = 'any';
const unlabelled = 'unlabelled';
const labelled = 'labelled';
const classPrefix = 'class:';

function LabelSelect({ filter, classNames, onFilter }: FieldProps & Pick<FilterBarProps, 'classNames'>) {
  const apply = (choice: string | null): void => {
    const { className: _, labelled: __, ...rest } = filter;
    onFilter({ ...rest, ...labelPart(choice) });
  };
  return (
    <Select
      className={classes.select}
      aria-label="Label"
      value={labelChoice(filter)}
      onChange={apply}
      data={[
        { value: anyLabel, label: 'Any label' },
        { value: unlabelled, label: 'Unlabelled' },
        { value: labelled, label: 'Labelled' },
        {
          group: 'Classes',
          items: classNames.map((name) => ({ value: `${classPrefix}${name}`, label: name })),
        },
      ]}
    />
  );
}

function labelPart(choice: string | null): Pick<ImageFilter, 'className' | 'labelled'> {
  if (choice === unlabelled) return { labelled: false };
  if (choice === labelled) return { labelled: true };
  return choice?.startsWith(classPrefix) === true ? { className: choice.slice(classPrefix.length) } : {};
}

function labelChoice(filter: ImageFilter): string {
  if (filter.className !== undefined) return `${classPrefix}${filter.className}`;
  if (filter.labelled === undefined) return anyLabel;
  return filter.labelled ? labelled : unlabelled;
}

function SourceSelect({ filter, onFilter }: FieldProps) {
  const counts = useQuery(station.images.countImages.queryOptions());
  const sources = counts.data?.bySource.map(({ source }) => source) ?? [];
  return (
    <Select
      className={classes.select}
      aria-label="Source"
      placeholder="Any source"
      clearable
      searchable={sources.length > 8}
      value={filter.source ?? null}
      onChange={(source) => onFilter(withPart(filter, 'source', source ?? undefined))}
      data={sources}
      nothingFoundMessage="No such source"
    />
  );
}

function DatasetSelect({ filter, onFilter }: FieldProps) {
  const versions = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const references = versions.data?.map(({ name, version }) => `${name}@${version}`) ?? [];
  const known = filter.dataset === undefined || references.includes(filter.dataset);
  const data = known ? references : [...references, filter.dataset ?? ''];
  return (
    <Select
      className={classes.select}
      aria-label="Dataset"
      placeholder="Any dataset"
      clearable
      searchable={data.length > 8}
      value={filter.dataset ?? null}
      onChange={(dataset) => onFilter(withPart(filter, 'dataset', dataset ?? undefined))}
      data={data}
      nothingFoundMessage="No such dataset"
    />
  );
}

function TileSizeSlider() {
  const { tileSize, setTileSize } = useImageView();
  return (
    <Slider
      className={classes.slider}
      thumbLabel="Size of the pictures"
      label={null}
      min={tileSizes.min}
      max={tileSizes.max}
      step={8}
      size={6}
      thumbSize={22}
      value={tileSize}
      onChange={setTileSize}
    />
  );
}

interface FilterChipsProps extends FieldProps {
  readonly summary: string;
}

/** The filter in words; each part can be taken away. */
export function FilterChips({ filter, onFilter, summary }: FilterChipsProps) {
  const chips = filterChips(filter);
  return (
    <div className={classes.chips}>
      <strong aria-live="polite" data-testid="image-count">
        {summary}
      </strong>
      {chips.map((chip) => (
        <span key={chip.key} className={classes.chip}>
          {chip.text}
          <CloseButton
            size={32}
            iconSize={15}
            aria-label={`Remove the filter ${chip.text}`}
            onClick={() => onFilter(withPart(filter, chip.key, undefined))}
          />
        </span>
      ))}
      {chips.length > 1 && (
        <Button variant="subtle" size="compact-sm" h={34} onClick={() => onFilter({})}>
          Clear all
        </Button>
      )}
    </div>
  );
}
