/** Curves over the confidence threshold; the slider says what holds at one threshold, in numbers and in pictures. */
import { Chip, MultiSelect, SegmentedControl, Slider } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { formatPercent } from '../../components/formatting.ts';
import { type ChartAxis, type ChartLine, LineChart } from '../../components/LineChart.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { useClasses } from '../annotation/use-classes.ts';
import { allClasses, type CurveName, curvesOf, figuresAt, initialClasses } from './curve-choice.ts';
import { ExamplePictures } from './ExamplePictures.tsx';
import { type PictureQuery, picturesHref } from './evaluation-href.ts';
import { OpensPictures } from './OpensPictures.tsx';
import classes from './ThresholdPanel.module.css';

interface ThresholdPanelProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

const share = (value: number): string => formatPercent(value, 0);
const confidenceAxis: ChartAxis = {
  title: 'Confidence',
  min: 0,
  max: 1,
  format: (value) => value.toFixed(2),
};
const recallAxis: ChartAxis = { title: 'Recall', min: 0, max: 1, format: share };
const shareAxis: ChartAxis = { min: 0, max: 1, format: share, ticks: 6 };

const overConfidence = {
  f1: 'F1',
  precision: 'Precision',
  recall: 'Recall',
} as const satisfies Partial<Record<CurveName, string>>;

export function ThresholdPanel({ evaluation, report }: ThresholdPanelProps) {
  const [chosen, setChosen] = useState(() => initialClasses(report));
  const [name, setName] = useState<keyof typeof overConfidence>('f1');
  const [threshold, setThreshold] = useState(report.bestThreshold ?? 0.5);
  const [settled] = useDebouncedValue(threshold, 200);
  const { recall } = figuresAt(report, allClasses, threshold);
  return (
    <Panel title="Curves and threshold" testId="threshold">
      <ClassChoice names={report.classNames} chosen={chosen} onChoose={setChosen} />
      <div className={classes.columns}>
        <CurveFigure
          title="Precision over recall"
          report={report}
          name="precisionAtRecall"
          chosen={chosen}
          markX={recall}
        />
        <CurveFigure
          title={`${overConfidence[name]} over confidence`}
          report={report}
          name={name}
          chosen={chosen}
          markX={threshold}
          actions={
            <SegmentedControl
              size="xs"
              aria-label="Curve over confidence"
              value={name}
              onChange={(value) => setName(value as keyof typeof overConfidence)}
              data={Object.entries(overConfidence).map(([value, label]) => ({ value, label }))}
            />
          }
        />
      </div>
      <div className={classes.slider}>
        <label className={classes.sliderLabel} htmlFor="threshold-slider">
          Keep detections from confidence <strong>{threshold.toFixed(2)}</strong> on
        </label>
        <Slider
          thumbProps={{ id: 'threshold-slider' }}
          thumbLabel="Confidence threshold"
          min={0}
          max={1}
          step={0.01}
          value={threshold}
          onChange={setThreshold}
          label={(value) => value.toFixed(2)}
          marks={report.bestThreshold === null ? [] : [{ value: report.bestThreshold, label: 'best F1' }]}
        />
      </div>
      <div className={classes.columns}>
        <FiguresTable evaluation={evaluation} report={report} chosen={chosen} threshold={threshold} />
        <ExamplePictures evaluation={evaluation} minScore={settled} />
      </div>
    </Panel>
  );
}

interface ClassChoiceProps {
  readonly names: readonly string[];
  readonly chosen: readonly string[];
  readonly onChoose: (names: string[]) => void;
}

/** More chips than this push the curves out of sight: then the classes are picked from a list. */
const chipLimit = 12;

function ClassChoice({ names, chosen, onChoose }: ClassChoiceProps) {
  const { colorOf } = useClasses();
  if (names.length > chipLimit) {
    return (
      <MultiSelect
        mb="md"
        searchable
        clearable
        aria-label="Classes that are drawn"
        placeholder="Class"
        data={[...names]}
        value={[...chosen]}
        onChange={onChoose}
      />
    );
  }
  return (
    <Chip.Group multiple value={[...chosen]} onChange={onChoose}>
      <fieldset className={classes.chips} aria-label="Classes that are drawn">
        {names.map((name) => (
          <Chip key={name} value={name} size="sm" variant="outline" color={colorOf(name) ?? 'gray'}>
            {name}
          </Chip>
        ))}
      </fieldset>
    </Chip.Group>
  );
}

interface CurveFigureProps {
  readonly title: string;
  readonly report: DetectionReport;
  readonly name: CurveName;
  readonly chosen: readonly string[];
  readonly markX: number | null;
  readonly actions?: ReactNode;
}

function CurveFigure({ title, report, name, chosen, markX, actions }: CurveFigureProps) {
  const lines = useLines(report, name, chosen);
  const isOverRecall = name === 'precisionAtRecall';
  return (
    <figure className={classes.figure} data-testid={`curve-${name}`}>
      <figcaption className={classes.caption}>
        <h3 className={classes.heading}>{title}</h3>
        {actions}
      </figcaption>
      <div className={classes.canvas}>
        <LineChart
          summary={`${title} of ${lines.map(({ label }) => label).join(', ')}`}
          lines={lines}
          x={isOverRecall ? recallAxis : confidenceAxis}
          y={shareAxis}
          markX={markX}
        />
      </div>
    </figure>
  );
}

/** A class has its own colour everywhere; classes without one are told apart by their place among the chosen. */
function useLineColors(chosen: readonly string[]): (className: string | null) => string {
  const palette = useChartPalette();
  const { colorOf } = useClasses();
  return (className) =>
    className === allClasses
      ? palette.mark
      : (colorOf(className) ?? lineColor(palette, chosen.indexOf(className)));
}

function useLines(report: DetectionReport, name: CurveName, chosen: readonly string[]): ChartLine[] {
  const colorOf = useLineColors(chosen);
  return curvesOf(report, name, chosen).map(({ className, points }) => ({
    key: className ?? '',
    label: className ?? 'All classes',
    color: colorOf(className),
    width: className === allClasses ? 3 : 1.75,
    points,
  }));
}

const figureNames = ['precision', 'recall', 'F1'] as const;

/** What lowers a figure: for precision wrong detections of a class from the threshold on, else errors about its boxes. */
function queryAt(index: number, className: string | null, minScore: number): PictureQuery {
  const name = className ?? undefined;
  if (index === 0) return { kind: 'any', className: name, minScore };
  return { kind: 'any', trueClass: name, minScore };
}

interface FiguresTableProps extends ThresholdPanelProps {
  readonly chosen: readonly string[];
  readonly threshold: number;
}

function FiguresTable({ evaluation, report, chosen, threshold }: FiguresTableProps) {
  const colorOf = useLineColors(chosen);
  return (
    <div className={classes.table}>
      <table className={table.table} data-testid="threshold-figures">
        <thead>
          <tr>
            <th scope="col">At this threshold</th>
            <th scope="col" className={table.number}>
              Precision
            </th>
            <th scope="col" className={table.number}>
              Recall
            </th>
            <th scope="col" className={table.number}>
              F1
            </th>
          </tr>
        </thead>
        <tbody>
          {[allClasses, ...chosen].map((className) => {
            const { precision, recall, f1 } = figuresAt(report, className, threshold);
            return (
              <tr key={className}>
                <td>
                  <span className={classes.swatch} style={{ background: colorOf(className) }} />
                  {className ?? <strong>All classes</strong>}
                </td>
                {[precision, recall, f1].map((value, index) => (
                  <td key={figureNames[index]} className={table.number}>
                    {value === null ? (
                      formatPercent(value)
                    ) : (
                      <OpensPictures
                        href={picturesHref(evaluation, { query: queryAt(index, className, threshold) })}
                        title={`Opens the pictures that keep ${figureNames[index]} from 100 %`}
                      >
                        {formatPercent(value)}
                      </OpensPictures>
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
