/** All evaluations, newest first. */
import { Link, useLocation } from 'wouter';
import { type EvaluationSummary, formatDatasetReference } from '../../../src-preload/contract/index.ts';
import { formatAgo, formatCount, formatLatency, formatPercent } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import { useNow } from '../../components/use-now.ts';
import { dataHref } from '../image/image-filter.ts';
import { evaluationHref, measuredModel } from './evaluation-href.ts';

export function EvaluationTable({ evaluations }: { readonly evaluations: readonly EvaluationSummary[] }) {
  const [, navigate] = useLocation();
  const now = useNow(30_000);
  const task = evaluations[0]?.report.task ?? 'classification';
  return (
    <table className={`${table.table} ${table.rows}`} data-testid="evaluations">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Pictures</th>
          {figureNames[task].map((name) => (
            <th key={name} scope="col" className={table.number}>
              {name}
            </th>
          ))}
          <th scope="col" className={table.number}>
            Latency
          </th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {evaluations.map((evaluation) => (
          <tr key={evaluation.id} onClick={() => navigate(evaluationHref(evaluation))}>
            <td>
              <Link href={evaluationHref(evaluation)} className={table.rowLink}>
                {measuredModel(evaluation)}
              </Link>
            </td>
            <td>
              {evaluation.dataset.name} v{evaluation.dataset.version}, {evaluation.dataset.split}
              <div>
                <Link
                  href={dataHref({ dataset: formatDatasetReference(evaluation.dataset) })}
                  onClick={(event) => event.stopPropagation()}
                >
                  {formatCount(evaluation.report.count)} pictures
                </Link>
              </div>
            </td>
            {figuresOf(evaluation.report).map((figure, index) => (
              <td key={figureNames[task][index]} className={table.number}>
                {formatPercent(figure)}
              </td>
            ))}
            <td className={table.number}>{formatLatency(evaluation.report.latencyMs.p50)}</td>
            <td>{formatAgo(evaluation.createdAt, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The task is the station's: all evaluations of a station have the same. */
const figureNames = {
  detection: ['mAP 50', 'mAP 50–95', 'F1'],
  classification: ['Accuracy', 'F1', 'Recall'],
} as const satisfies Record<EvaluationSummary['report']['task'], readonly string[]>;

function figuresOf(report: EvaluationSummary['report']): ReadonlyArray<number | null> {
  return report.task === 'detection'
    ? [report.map50, report.map5095, report.f1]
    : [report.accuracy, report.f1, report.recall];
}
