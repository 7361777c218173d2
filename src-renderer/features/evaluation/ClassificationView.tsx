/** The report on a classifier: figures, confusion matrix, classes. */
import type { ClassificationReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatCount, formatLatency, formatPercent } from '../../components/formatting.ts';
import { dataHref } from '../image/image-filter.ts';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import classes from './EvaluationPanel.module.css';
import { PerClassTable } from './PerClassTable.tsx';

interface ClassificationViewProps {
  readonly evaluation: Evaluation;
  readonly report: ClassificationReport;
}

export function ClassificationView({ evaluation, report }: ClassificationViewProps) {
  const { dataset } = evaluation;
  const [low, high] = report.accuracyInterval;
  return (
    <div className={classes.stack}>
      <Figures>
        <Figure
          size="lg"
          label="Accuracy"
          value={formatPercent(report.accuracy)}
          note={`95 % sure: ${formatPercent(low)} to ${formatPercent(high)}`}
        />
        <Figure size="lg" label="F1, mean of classes" value={formatPercent(report.f1)} />
        <Figure label="Log loss" value={report.logLoss.toFixed(3)} />
        <Figure
          label="Latency, median"
          value={formatLatency(report.latencyMs.p50)}
          note={`95 %: ${formatLatency(report.latencyMs.p95)}, 99 %: ${formatLatency(report.latencyMs.p99)}`}
        />
        <Figure
          label="Test pictures"
          value={formatCount(report.count)}
          note={`${dataset.name} v${dataset.version}, ${dataset.split}`}
        />
      </Figures>
      <div className={classes.columns}>
        <div className={classes.wide}>
          <h3 className={classes.heading}>Confusion matrix</h3>
          <p className={classes.hint}>Press a cell to see its pictures.</p>
          <ConfusionMatrix
            counts={report.confusion}
            names={report.classNames}
            hrefOf={(trueClass, predictedClass) =>
              dataHref({ confusion: { evaluationId: evaluation.id, trueClass, predictedClass } })
            }
          />
        </div>
        <div className={classes.wide}>
          <h3 className={classes.heading}>Classes, weakest first</h3>
          <div className={classes.table}>
            <PerClassTable evaluation={evaluation} report={report} />
          </div>
        </div>
      </div>
    </div>
  );
}
