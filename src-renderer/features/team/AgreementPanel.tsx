/** How far annotators agree: each pair, and each class below it. */
import { useQuery } from '@tanstack/react-query';
import type { AnnotatorPair, TeamAgreement } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import classes from './Team.module.css';

export function AgreementPanel() {
  const query = useQuery(station.annotation.getAgreement.queryOptions());
  return (
    <Panel title="Agreement" note={query.data && summaryOf(query.data)} isFlush testId="agreement">
      <Loaded query={query} height={120}>
        {({ pairs }) =>
          pairs.length === 0 ? (
            <p className={classes.none}>No picture has the answers of two annotators yet.</p>
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th>Pair, class</th>
                  <th className={table.number}>Things</th>
                  <th className={table.number}>F1</th>
                  <th className={table.number}>Mean IoU</th>
                  <th className={table.number}>Cohen’s κ</th>
                </tr>
              </thead>
              <tbody>
                {pairs.map((pair) => (
                  <PairRows key={JSON.stringify([pair.first, pair.second])} pair={pair} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Panel>
  );
}

function summaryOf({ pictures, iou, tagAlpha }: TeamAgreement): string {
  const alpha = tagAlpha === null ? '' : `, Krippendorff’s α of picture classes ${tagAlpha.toFixed(2)}`;
  return `${formatPlural(pictures, 'picture')} answered twice or more, boxes matched from an IoU of ${iou} on${alpha}`;
}

function PairRows({ pair }: { readonly pair: AnnotatorPair }) {
  return (
    <>
      <tr>
        <td>
          <strong>
            {pair.first} and {pair.second}
          </strong>
          , {formatPlural(pair.pictures, 'picture')}
        </td>
        <Figures {...pair} />
      </tr>
      {pair.classes.map((measured) => (
        <tr key={measured.className}>
          <td>
            <span className={classes.class}>{measured.className}</span>
          </td>
          <Figures {...measured} />
        </tr>
      ))}
    </>
  );
}

function Figures({ things, f1, meanIou, kappa }: Omit<AnnotatorPair['classes'][number], 'className'>) {
  return (
    <>
      <td className={table.number}>{formatCount(things)}</td>
      <td className={table.number}>{formatPercent(f1, 0)}</td>
      <td className={table.number}>{meanIou === null ? '–' : meanIou.toFixed(2)}</td>
      <td className={table.number}>{kappa === null ? '–' : kappa.toFixed(2)}</td>
    </>
  );
}
