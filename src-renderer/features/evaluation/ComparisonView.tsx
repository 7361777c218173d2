/** Two models on the same pictures: the difference with its interval on a scale, and how sure it is. */
import {
  type ClassificationComparison,
  type Comparison,
  mainFiguresOf,
} from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatPercent, formatPoints, formatProbability } from '../../components/formatting.ts';
import classes from './ComparisonView.module.css';
import { DetectionComparisonView } from './DetectionComparisonView.tsx';
import { verdictOf } from './verdict.ts';

interface ComparisonViewProps {
  readonly comparison: Comparison;
  /** The difference that a promotion asks for, 0 to 1. */
  readonly margin?: number | undefined;
}

export function ComparisonView({ comparison, margin }: ComparisonViewProps) {
  const { a, b, dataset, count } = comparison;
  const verdict = verdictOf(comparison);
  const figures = mainFiguresOf(comparison);
  return (
    <div className={classes.stack} data-testid="comparison">
      <p className={classes.verdict} data-tone={verdict.tone}>
        {verdict.sentence}
      </p>
      <DifferenceScale comparison={comparison} margin={margin} />
      <Figures>
        <Figure label={a} value={formatPercent(figures.a.value)} note={figureNames[figures.a.name]} />
        <Figure label={b} value={formatPercent(figures.b.value)} note={figureNames[figures.b.name]} />
        <Figure
          label="Difference"
          value={formatPoints(comparison.difference)}
          note={`95 %: ${formatPoints(comparison.interval[0])} to ${formatPoints(comparison.interval[1])}`}
        />
        {comparison.task === 'classification' && <McNemarFigures comparison={comparison} />}
      </Figures>
      {comparison.task === 'detection' && <DetectionComparisonView comparison={comparison} />}
      <p className={classes.foot}>
        Both on the same {formatCount(count)} pictures of {dataset.name} v{dataset.version}, {dataset.split}.
      </p>
    </div>
  );
}

const figureNames = { accuracy: 'Accuracy', map50: 'mAP 50' } as const;

function McNemarFigures({ comparison }: { readonly comparison: ClassificationComparison }) {
  return (
    <>
      <Figure label="Only the first right" value={formatCount(comparison.onlyARight)} note="pictures" />
      <Figure label="Only the second right" value={formatCount(comparison.onlyBRight)} note="pictures" />
      <Figure label="Chance" value={formatProbability(comparison.pValue)} note="Exact McNemar test" />
    </>
  );
}

function DifferenceScale({ comparison, margin }: ComparisonViewProps) {
  const [low, high] = comparison.interval;
  const reach = Math.max(Math.abs(low), Math.abs(high), (margin ?? 0) * 1.5, 0.01) * 1.15;
  const at = (difference: number): string => `${((difference + reach) / (2 * reach)) * 100}%`;
  const text = `Difference ${formatPoints(comparison.difference)}, interval ${formatPoints(low)} to ${formatPoints(high)}`;
  return (
    <div className={classes.scale} role="img" aria-label={text}>
      <span className={classes.axis} />
      <span className={classes.zero} style={{ left: at(0) }}>
        <span>equal</span>
      </span>
      {margin !== undefined && margin > 0 && (
        <span className={classes.margin} style={{ left: at(margin) }}>
          <span>margin {formatPoints(margin)}</span>
        </span>
      )}
      <span
        className={classes.interval}
        style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }}
        data-better={comparison.difference >= 0 || undefined}
      />
      <span className={classes.mark} style={{ left: at(comparison.difference) }} />
    </div>
  );
}
