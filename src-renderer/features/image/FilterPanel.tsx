/** All parts of the filter that are not in the bar: where from, when, by whom, in what state. */
import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import {
  annotationStateSchema,
  type ImageFilter,
  qualityKindSchema,
} from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { notifyFailure } from '../../components/notify.tsx';
import classes from './FilterPanel.module.css';
import { describeAnnotator, describeQuality, describeState, withPart } from './image-filter.ts';

export interface FieldProps {
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
}

export function FilterPanel(props: FieldProps) {
  return (
    <div className={classes.panel}>
      <OriginFields {...props} />
      <WorkFields {...props} />
      <TimeFields {...props} />
      <CertaintyFields {...props} />
      <UnreadNotice />
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChoice: (value: string | undefined) => void;
}

/** What is filtered by and is no longer there stays shown. The list opens within the panel, which else took it for outside. */
function Choice({ label, value, choices, onChoice }: ChoiceProps) {
  const isKnown = value === undefined || choices.some((choice) => choice.value === value);
  return (
    <Select
      label={label}
      placeholder="Any"
      clearable
      searchable={choices.length > 8}
      comboboxProps={{ withinPortal: false }}
      maxDropdownHeight={264}
      nothingFoundMessage="None of this name"
      value={value ?? null}
      data={isKnown ? [...choices] : [...choices, { value, label: value }]}
      onChange={(choice) => onChoice(choice ?? undefined)}
    />
  );
}

const untold = '@none';

function OriginFields({ filter, onFilter }: FieldProps) {
  const counts = useQuery(station.images.countImages.queryOptions()).data;
  const origins = useQuery(station.images.countOrigins.queryOptions()).data;
  const versions = useQuery(station.dataset.listVersions.queryOptions({ input: {} })).data;
  return (
    <>
      <Choice
        label="Source"
        value={filter.source}
        choices={(counts?.bySource ?? []).map(({ source, count }) => toChoice(source, source, count))}
        onChoice={(source) => onFilter(withPart(filter, 'source', source))}
      />
      <Choice
        label="Camera"
        value={filter.camera === null ? untold : filter.camera}
        choices={(origins?.byCamera ?? []).map(({ camera, count }) =>
          toChoice(camera ?? untold, camera ?? 'Not told', count),
        )}
        onChoice={(camera) => onFilter(withPart(filter, 'camera', camera === untold ? null : camera))}
      />
      <Choice
        label="Dataset"
        value={filter.dataset}
        choices={(versions ?? []).map(({ name, version, counts: { train, val, test } }) =>
          toChoice(`${name}@${version}`, `${name}, version ${version}`, train + val + test),
        )}
        onChoice={(dataset) => onFilter(withPart(filter, 'dataset', dataset))}
      />
      <Choice
        label="Labelled by"
        value={filter.annotator}
        choices={(origins?.byAnnotator ?? []).map(({ annotator, count }) =>
          toChoice(annotator, describeAnnotator(annotator), count),
        )}
        onChoice={(annotator) => onFilter(withPart(filter, 'annotator', annotator))}
      />
    </>
  );
}

function toChoice(value: string, name: string, count: number) {
  return { value, label: `${name} (${formatCount(count)})` };
}

const aside = '@aside';

function WorkFields({ filter, onFilter }: FieldProps) {
  const { state, quality } = filter;
  const { setAside: _, quality: __, ...others } = filter;
  return (
    <>
      <Choice
        label="State"
        value={state}
        choices={annotationStateSchema.options.map((value) => ({ value, label: describeState(value) }))}
        onChoice={(value) => onFilter(withPart(filter, 'state', annotationStateSchema.safeParse(value).data))}
      />
      <Choice
        label="Quality"
        value={filter.setAside ? aside : quality}
        choices={[
          ...qualityKindSchema.options.map((value) => ({ value, label: describeQuality(value) })),
          { value: aside, label: 'Set aside' },
        ]}
        onChoice={(value) => {
          if (value === aside) return onFilter({ ...others, setAside: true });
          onFilter(withPart(others, 'quality', qualityKindSchema.safeParse(value).data));
        }}
      />
    </>
  );
}

function TimeFields({ filter, onFilter }: FieldProps) {
  return (
    <>
      <TextInput
        type="datetime-local"
        label="Taken from"
        value={toField(filter.takenFrom)}
        onChange={(event) => onFilter(withPart(filter, 'takenFrom', fromField(event.currentTarget.value)))}
      />
      <TextInput
        type="datetime-local"
        label="Taken before"
        value={toField(filter.takenUntil)}
        onChange={(event) => onFilter(withPart(filter, 'takenUntil', fromField(event.currentTarget.value)))}
      />
      <div className={classes.wide}>
        {presets.map(({ name, days }) => (
          <Button
            key={name}
            variant="default"
            size="sm"
            h={40}
            onClick={() =>
              onFilter({ ...withPart(filter, 'takenUntil', undefined), takenFrom: daysAgo(days) })
            }
          >
            {name}
          </Button>
        ))}
      </div>
    </>
  );
}

const presets = [
  { name: 'Today', days: 0 },
  { name: 'Last 7 days', days: 6 },
  { name: 'Last 30 days', days: 29 },
  { name: 'Last 365 days', days: 364 },
] as const;

/** The beginning of that day. */
function daysAgo(days: number): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime();
}

/** `2026-05-04T13:14`, local. */
function toField(at: number | undefined): string {
  if (at === undefined) return '';
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fromField(text: string): number | undefined {
  const at = new Date(text).getTime();
  return at >= 0 ? at : undefined;
}

function CertaintyFields({ filter, onFilter }: FieldProps) {
  const toPercent = (share: number | undefined) => (share === undefined ? '' : Math.round(share * 100));
  const toShare = (percent: string | number) =>
    percent === '' ? undefined : Math.max(0, Math.min(1, Number(percent) / 100));
  const shared = {
    placeholder: 'Any',
    suffix: ' %',
    min: 0,
    max: 100,
    step: 5,
    allowDecimal: false,
  } as const;
  return (
    <>
      <NumberInput
        {...shared}
        label="Model sure from"
        value={toPercent(filter.certaintyFrom)}
        onChange={(percent) => onFilter(withPart(filter, 'certaintyFrom', toShare(percent)))}
      />
      <NumberInput
        {...shared}
        label="Model sure to"
        value={toPercent(filter.certaintyTo)}
        onChange={(percent) => onFilter(withPart(filter, 'certaintyTo', toShare(percent)))}
      />
    </>
  );
}

/** Pictures that came in before cameras and times were read. */
function UnreadNotice() {
  const unread = useQuery(station.images.countOrigins.queryOptions()).data?.unread ?? 0;
  const read = useMutation(
    station.annotation.startQualityMeasuring.mutationOptions({
      onError: (error) => notifyFailure('The pictures are not read', error),
    }),
  );
  if (unread === 0) return null;
  return (
    <div className={classes.wide}>
      <span className={classes.hint}>
        Of {formatPlural(unread, 'picture')} camera and time have not been read yet.
      </span>
      <Button
        variant="default"
        size="sm"
        h={40}
        loading={read.isPending}
        disabled={read.isSuccess}
        onClick={() => read.mutate({})}
      >
        {read.isSuccess ? 'Being read' : 'Read them'}
      </Button>
    </div>
  );
}
