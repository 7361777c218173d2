/** What the comparison of two detectors says beyond their main figure: stricter overlaps, each class, the pictures. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Columns2 } from 'lucide-react';
import { Link } from 'wouter';
import type { DetectionComparison, EvaluationSummary } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPercent, formatPoints } from '../../components/formatting.ts';
import table from '../../components/table.module.css';
import classes from './DetectionComparisonView.module.css';
import { picturesHref } from './evaluation-href.ts';
import { OpensPictures } from './OpensPictures.tsx';

interface DetectionComparisonViewProps {
  readonly comparison: DetectionComparison;
}

export function DetectionComparisonView({ comparison }: DetectionComparisonViewProps) {
  const { a, b, perClass, difference5095, interval5095, map5095A, map5095B } = comparison;
  const [low, high] = interval5095;
  const pair = useEvaluatedPair(comparison);
  return (
    <>
      <div className={classes.table}>
        <table className={table.table} data-testid="class-comparison">
          <thead>
            <tr>
              <th scope="col">AP 50 by class</th>
              <th scope="col" className={table.number}>
                Boxes
              </th>
              <th scope="col" className={table.number}>
                {a}
              </th>
              <th scope="col" className={table.number}>
                {b}
              </th>
              <th scope="col" className={table.number}>
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {perClass.map(({ className, support, ap50A, ap50B }) => (
              <tr key={className}>
                <td>{className}</td>
                <td className={table.number}>
                  {pair === undefined ? (
                    formatCount(support)
                  ) : (
                    <OpensPictures
                      href={picturesHref(pair.second, {
                        query: { trueClass: className, isCell: true },
                        against: pair.first.id,
                      })}
                      title={`Opens the pictures with ${className}, both models side by side`}
                    >
                      {formatCount(support)}
                    </OpensPictures>
                  )}
                </td>
                <td className={table.number}>{formatPercent(ap50A)}</td>
                <td className={table.number}>{formatPercent(ap50B)}</td>
                <td className={table.number}>
                  {ap50A === null || ap50B === null ? '–' : formatPoints(ap50B - ap50A)}
                </td>
              </tr>
            ))}
            <tr className={classes.mean}>
              <td>mAP 50–95</td>
              <td />
              <td className={table.number}>{formatPercent(map5095A)}</td>
              <td className={table.number}>{formatPercent(map5095B)}</td>
              <td className={table.number}>
                {formatPoints(difference5095)}
                <div className={table.soft}>
                  95 %: {formatPoints(low)} to {formatPoints(high)}
                </div>
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      {pair !== undefined && <SideBySideLink pair={pair} />}
    </>
  );
}

interface EvaluatedPair {
  readonly first: EvaluationSummary;
  readonly second: EvaluationSummary;
}

/** Undefined until the evaluations that the comparison made are known, and for a model beside itself. */
function useEvaluatedPair(comparison: DetectionComparison): EvaluatedPair | undefined {
  const evaluations = useQuery(station.evaluation.listEvaluations.queryOptions({ input: {} })).data ?? [];
  const of = (model: string): EvaluationSummary | undefined =>
    evaluations.find((one) => one.model === model && isOf(one, comparison));
  const [first, second] = [of(comparison.a), of(comparison.b)];
  return first === undefined || second === undefined || first.id === second.id
    ? undefined
    : { first, second };
}

function SideBySideLink({ pair: { first, second } }: { readonly pair: EvaluatedPair }) {
  return (
    <div>
      <Button
        component={Link}
        href={picturesHref(second, { query: {}, against: first.id })}
        variant="default"
        leftSection={<Columns2 size={17} aria-hidden />}
      >
        Look at both on each picture
      </Button>
    </div>
  );
}

function isOf({ dataset }: EvaluationSummary, { dataset: other }: DetectionComparison): boolean {
  return dataset.name === other.name && dataset.version === other.version && dataset.split === other.split;
}
