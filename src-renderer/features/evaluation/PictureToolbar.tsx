/** Above the pictures of an evaluation: which ones, what is drawn on them, and beside which other model. */
import { ActionIcon, Button, Select, Slider, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import {
  type DetectionReport,
  type Evaluation,
  type EvaluationId,
  evaluationIdSchema,
} from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { kindTexts } from './error-kinds.ts';
import { measuredModel, type PictureLook, type PictureQuery } from './evaluation-href.ts';
import classes from './PictureToolbar.module.css';
import type { PictureDisplay } from './shown-boxes.ts';

interface PictureToolbarProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
  readonly look: PictureLook;
  readonly display: PictureDisplay;
  /** Null while nothing matches. */
  readonly position: { readonly at: number; readonly total: number } | null;
  readonly onDisplay: (display: PictureDisplay) => void;
  readonly onQuery: (query: PictureQuery) => void;
  readonly onAgainst: (id: EvaluationId | undefined) => void;
  readonly onStep: (by: -1 | 1) => void;
}

export function PictureToolbar(props: PictureToolbarProps) {
  const { look, display, position, onDisplay, onStep } = props;
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Which pictures, and what is drawn on them">
      <div className={classes.steps}>
        <StepButton icon={ChevronLeft} label="Previous picture (←)" onClick={() => onStep(-1)} />
        <span className={classes.position} data-testid="picture-position">
          {position === null ? 'none' : `${formatCount(position.at + 1)} of ${formatCount(position.total)}`}
        </span>
        <StepButton icon={ChevronRight} label="Next picture (→)" onClick={() => onStep(1)} />
      </div>
      <QueryFields {...props} />
      <AgainstField {...props} />
      <div className={classes.layers}>
        <LayerButton
          name="Truth"
          hint="T"
          isOn={display.isTruthShown}
          onToggle={() => onDisplay({ ...display, isTruthShown: !display.isTruthShown })}
        />
        <LayerButton
          name="Predictions"
          hint="P"
          isOn={display.isDetectionShown}
          onToggle={() => onDisplay({ ...display, isDetectionShown: !display.isDetectionShown })}
        />
      </div>
      <div className={classes.slider}>
        <span>From {display.minScore.toFixed(2)} on</span>
        <Slider
          size="sm"
          thumbLabel="Least confidence that is drawn"
          min={0}
          max={1}
          step={0.01}
          label={null}
          value={display.minScore}
          onChange={(minScore) => onDisplay({ ...display, minScore })}
          disabled={look.query.minScore !== undefined && !display.isDetectionShown}
        />
      </div>
    </div>
  );
}

interface StepButtonProps {
  readonly icon: typeof ChevronLeft;
  readonly label: string;
  readonly onClick: () => void;
}

function StepButton({ icon: Icon, label, onClick }: StepButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={40} aria-label={label} onClick={onClick}>
        <Icon size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

const everything = 'all';

function QueryFields({ report, look, onQuery }: PictureToolbarProps) {
  const { query } = look;
  const background = '@background';
  const asValue = (name: string | null | undefined): string =>
    name === undefined ? everything : (name ?? background);
  const asName = (value: string | null): string | null | undefined =>
    value === everything || value === null ? undefined : value === background ? null : value;
  const names = report.classNames.map((name) => ({ value: name, label: name }));
  return (
    <>
      <Select
        w={168}
        onDropdownClose={leaveField}
        size="sm"
        aria-label="Kind of error"
        data={[
          { value: everything, label: 'All pictures' },
          { value: 'any', label: 'Any error' },
          ...Object.entries(kindTexts).map(([value, { name }]) => ({ value, label: name })),
        ]}
        value={query.isCell === true ? null : (query.kind ?? everything)}
        placeholder="A cell"
        onChange={(value) =>
          onQuery({
            ...query,
            isCell: undefined,
            kind: value === everything ? undefined : ((value ?? undefined) as PictureQuery['kind']),
          })
        }
      />
      {query.kind !== 'missed' && (
        <Select
          w={150}
          onDropdownClose={leaveField}
          size="sm"
          searchable
          aria-label="Predicted class"
          data={[
            { value: everything, label: 'Any prediction' },
            ...names,
            ...(query.isCell === true ? [{ value: background, label: 'Not found' }] : []),
          ]}
          value={asValue(query.className)}
          onChange={(value) => onQuery({ ...query, className: asName(value) })}
        />
      )}
      <Select
        w={150}
        onDropdownClose={leaveField}
        size="sm"
        searchable
        aria-label="True class"
        data={[
          { value: everything, label: 'Any truth' },
          ...names,
          ...(query.isCell === true ? [{ value: background, label: 'Nothing there' }] : []),
        ]}
        value={asValue(query.trueClass)}
        onChange={(value) => onQuery({ ...query, trueClass: asName(value) })}
      />
    </>
  );
}

/** What was chosen is chosen: the arrows go on stepping through the pictures. */
function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Other evaluations of the same pictures. */
function AgainstField({ evaluation, look, onAgainst }: PictureToolbarProps) {
  const all = useQuery(station.evaluation.listEvaluations.queryOptions({ input: {} })).data ?? [];
  const others = all.filter(
    (other) =>
      other.id !== evaluation.id &&
      other.report.task === 'detection' &&
      other.dataset.name === evaluation.dataset.name &&
      other.dataset.version === evaluation.dataset.version &&
      other.dataset.split === evaluation.dataset.split,
  );
  if (others.length === 0) return null;
  return (
    <Select
      w={190}
      onDropdownClose={leaveField}
      size="sm"
      aria-label="Beside which model"
      placeholder="Beside another model"
      clearable
      data={others.map((other) => ({ value: other.id, label: `beside ${measuredModel(other)}` }))}
      value={look.against ?? null}
      onChange={(value) => onAgainst(evaluationIdSchema.safeParse(value).data)}
    />
  );
}

interface LayerButtonProps {
  readonly name: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}

function LayerButton({ name, hint, isOn, onToggle }: LayerButtonProps) {
  return (
    <Button
      size="sm"
      h={36}
      px={10}
      variant={isOn ? 'light' : 'default'}
      aria-pressed={isOn}
      aria-keyshortcuts={hint}
      rightSection={<KeyHint keys={hint} />}
      onClick={onToggle}
    >
      {name}
    </Button>
  );
}
