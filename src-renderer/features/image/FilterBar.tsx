/** What of the pictures is shown, and in which order: search and label as fields, the rest in a panel, all of it as chips. */
import { Button, CloseButton, Popover, Select, Slider, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { ArrowDownUp, Search, SlidersHorizontal } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import { type ImageFilter, type ImageOrder, imageOrderSchema } from '../../../src-preload/contract/index.ts';
import classes from './FilterBar.module.css';
import { type FieldProps, FilterPanel } from './FilterPanel.tsx';
import { type FilterKey, filterChips, withPart } from './image-filter.ts';
import { tileSizes, useImageView } from './image-store.ts';

interface FilterBarProps {
  readonly filter: ImageFilter;
  readonly order: ImageOrder;
  readonly classNames: readonly string[];
  readonly onFilter: (filter: ImageFilter) => void;
  readonly onOrder: (order: ImageOrder) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

export function FilterBar(props: FilterBarProps) {
  const { filter, order, classNames, onFilter, onOrder, searchRef } = props;
  return (
    <search className={classes.bar} aria-label="Filter pictures">
      <SearchField filter={filter} onFilter={onFilter} inputRef={searchRef} />
      <LabelSelect filter={filter} classNames={classNames} onFilter={onFilter} />
      <FilterButton filter={filter} onFilter={onFilter} />
      <OrderSelect order={order} onOrder={onOrder} />
      <TileSizeSlider />
    </search>
  );
}

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

/** Parts of the filter that have their field in the panel. */
const panelKeys: readonly FilterKey[] = [
  ...(['source', 'camera', 'dataset', 'annotator', 'state', 'quality', 'setAside'] as const),
  ...(['takenFrom', 'takenUntil', 'certaintyFrom', 'certaintyTo'] as const),
];

function FilterButton({ filter, onFilter }: FieldProps) {
  const count = panelKeys.filter((key) => filter[key] !== undefined).length;
  return (
    <Popover width={620} position="bottom-start" shadow="lg" trapFocus withArrow>
      <Popover.Target>
        <Button
          variant={count > 0 ? 'outline' : 'default'}
          leftSection={<SlidersHorizontal size={17} aria-hidden />}
          px={14}
        >
          {count > 0 ? `Filters (${count})` : 'Filters'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterPanel filter={filter} onFilter={onFilter} />
      </Popover.Dropdown>
    </Popover>
  );
}

const orderTexts = {
  newest: 'Newest import first',
  oldest: 'Oldest import first',
  latest: 'Latest taken first',
  earliest: 'Earliest taken first',
  nameAscending: 'Name, A to Z',
  nameDescending: 'Name, Z to A',
  largest: 'Largest file first',
  smallest: 'Smallest file first',
  uncertain: 'Model least sure first',
  confident: 'Model surest first',
} as const satisfies Record<ImageOrder, string>;

function OrderSelect({ order, onOrder }: Pick<FilterBarProps, 'order' | 'onOrder'>) {
  return (
    <Select
      className={classes.order}
      aria-label="Order"
      leftSection={<ArrowDownUp size={16} aria-hidden />}
      maxDropdownHeight={460}
      data={imageOrderSchema.options.map((value) => ({ value, label: orderTexts[value] }))}
      value={order}
      onChange={(value) => onOrder(imageOrderSchema.parse(value))}
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
