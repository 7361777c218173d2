/** How a detector does on small, medium and large boxes; a count shows what stands behind it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type {
  DetectionReport,
  Evaluation,
  ImageHash,
  JudgedTruth,
} from '../../../src-preload/contract/index.ts';
import { thumbnailUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import { picturesHref } from './evaluation-href.ts';
import classes from './SizePanel.module.css';

type BoxSize = DetectionReport['sizes'][number]['size'];

interface SizePanelProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

const sizeNames = {
  small: 'Small, below 32² px',
  medium: 'Medium, 32² to 96² px',
  large: 'Large, above 96² px',
} as const satisfies Record<BoxSize, string>;

export function SizePanel({ evaluation, report }: SizePanelProps) {
  const [open, setOpen] = useState<BoxSize | null>(null);
  return (
    <Panel title="By size of the box" isFlush testId="sizes">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Size</th>
            {['Boxes', 'AP 50', 'AP 50–95', 'AR 100'].map((head) => (
              <th key={head} scope="col" className={table.number}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.sizes.map(({ size, support, ap50, ap5095, ar100 }) => (
            <tr key={size} className={size === open ? table.selected : undefined}>
              <td>{sizeNames[size]}</td>
              <td className={table.number}>
                {support === 0 ? (
                  0
                ) : (
                  <button
                    type="button"
                    className={classes.count}
                    aria-expanded={size === open}
                    aria-label={`Show the pictures of the ${support} ${size} boxes`}
                    onClick={() => setOpen(size === open ? null : size)}
                  >
                    {formatCount(support)}
                  </button>
                )}
              </td>
              <td className={table.number}>{formatPercent(ap50)}</td>
              <td className={table.number}>{formatPercent(ap5095)}</td>
              <td className={table.number}>{formatPercent(ar100)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {open !== null && <PicturesOfSize evaluation={evaluation} size={open} />}
    </Panel>
  );
}

/** As many as can be asked for at once; enough to see what boxes of a size look like. */
const askedTruths = 1000;

function PicturesOfSize({ evaluation, size }: { readonly evaluation: Evaluation; readonly size: BoxSize }) {
  const query = useQuery(
    station.evaluation.listTruths.queryOptions({
      input: { id: evaluation.id, outcome: null, size, limit: askedTruths },
    }),
  );
  return (
    <Loaded query={query} height={90}>
      {({ truths }) => (
        <ul className={classes.wall}>
          {[...groupByPicture(truths)].map(([imageHash, group]) => (
            <li key={imageHash}>
              <Link href={picturesHref(evaluation, { query: {}, imageHash })}>
                <img src={thumbnailUrl(imageHash)} alt="" loading="lazy" />
                <small>
                  {formatPlural(group.length, 'box', 'boxes')},{' '}
                  {group.filter(({ outcome }) => outcome === 'found').length} found
                </small>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

/** Those with the most boxes first. */
function groupByPicture(truths: readonly JudgedTruth[]): Map<ImageHash, JudgedTruth[]> {
  const groups = Map.groupBy(truths, ({ imageHash }) => imageHash);
  return new Map([...groups].toSorted(([, a], [, b]) => b.length - a.length));
}
