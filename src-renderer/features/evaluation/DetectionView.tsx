/** The report on a detector: figures, classes, curves, confusions, errors, sizes and speed. */
import { Link } from 'wouter';
import type { DetectionReport, Evaluation } from '../../../src-preload/contract/index.ts';
import { formatLatency } from '../../components/formatting.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import { DetectionClassTable } from './DetectionClassTable.tsx';
import { DetectionHeadline } from './DetectionHeadline.tsx';
import classes from './DetectionView.module.css';
import { ErrorBars } from './ErrorBars.tsx';
import { picturesHref } from './evaluation-href.ts';
import { SizePanel } from './SizePanel.tsx';
import { ThresholdPanel } from './ThresholdPanel.tsx';

interface DetectionViewProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

export function DetectionView({ evaluation, report }: DetectionViewProps) {
  const { thresholds } = report;
  return (
    <div className={classes.stack}>
      <Panel title="Figures">
        <DetectionHeadline evaluation={evaluation} report={report} />
      </Panel>
      <Panel title="Classes" isFlush>
        <DetectionClassTable evaluation={evaluation} report={report} />
      </Panel>
      <ThresholdPanel evaluation={evaluation} report={report} />
      <div className={classes.columns}>
        <Panel title="Errors and what they cost" note="Press one to see its pictures">
          <ErrorBars evaluation={evaluation} report={report} />
        </Panel>
        <div className={classes.stack}>
          <SizePanel evaluation={evaluation} report={report} />
          <SpeedPanel report={report} />
        </div>
      </div>
      <Panel
        title="Confusion matrix"
        note={
          <>
            From confidence {thresholds.confidence.toFixed(2)} on, at an overlap of {thresholds.iou}. Press a
            cell to see its pictures, or <Link href={picturesHref(evaluation)}>look at all of them</Link>.
          </>
        }
      >
        <ConfusionMatrix
          counts={report.confusion}
          names={[...report.classNames, null]}
          hrefOf={(trueClass, className) =>
            picturesHref(evaluation, { query: { trueClass, className, isCell: true } })
          }
        />
      </Panel>
    </div>
  );
}

function SpeedPanel({ report }: Pick<DetectionViewProps, 'report'>) {
  return (
    <Panel
      title="Speed"
      note="One picture at a time, model only; pictures a second with decoding"
      isFlush
      testId="speed"
    >
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Provider</th>
            {['Median', '95 %', '99 %', 'Pictures / s'].map((head) => (
              <th key={head} scope="col" className={table.number}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.speeds.map(({ provider, latencyMs, picturesPerSecond }) => (
            <tr key={provider}>
              <td>{provider}</td>
              <td className={table.number}>{formatLatency(latencyMs.p50)}</td>
              <td className={table.number}>{formatLatency(latencyMs.p95)}</td>
              <td className={table.number}>{formatLatency(latencyMs.p99)}</td>
              <td className={table.number}>{picturesPerSecond.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
