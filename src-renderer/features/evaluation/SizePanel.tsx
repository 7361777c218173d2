/** How a detector does on small, medium and large boxes; a count shows what stands behind it. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
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
import { type BoxSize, evaluationHref, picturesHref, sizeFromSearch, sizeHref } from './evaluation-href.ts';
import classes from './SizePanel.module.css';

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
  const [open, toggle] = useOpenSize(evaluation);
  const wall = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open !== undefined) wall.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  return (
    <Panel title="By size of the box" note="Press a number to see its pictures" isFlush testId="sizes">
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
          {report.sizes.map((row) => (
            <SizeRow key={row.size} row={row} isOpen={row.size === open} onToggle={() => toggle(row.size)} />
          ))}
        </tbody>
      </table>
      <div ref={wall}>{open !== undefined && <PicturesOfSize evaluation={evaluation} size={open} />}</div>
    </Panel>
  );
}

/** In the address, so that figures elsewhere lead here and the way back does too. */
function useOpenSize(evaluation: Evaluation): readonly [BoxSize | undefined, (size: BoxSize) => void] {
  const open = sizeFromSearch(useSearch());
  const [, navigate] = useLocation();
  const toggle = (size: BoxSize): void =>
    navigate(size === open ? evaluationHref(evaluation) : sizeHref(evaluation, size), { replace: true });
  return [open, toggle];
}

interface SizeRowProps {
  readonly row: DetectionReport['sizes'][number];
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function SizeRow({ row: { size, support, ap50, ap5095, ar100 }, isOpen, onToggle }: SizeRowProps) {
  const figures = [
    { name: 'boxes', text: formatCount(support) },
    { name: 'AP 50', text: formatPercent(ap50) },
    { name: 'AP 50–95', text: formatPercent(ap5095) },
    { name: 'AR 100', text: formatPercent(ar100) },
  ];
  return (
    <tr className={isOpen ? table.selected : undefined}>
      <td>{sizeNames[size]}</td>
      {figures.map(({ name, text }, index) => (
        <td key={name} className={table.number}>
          {support === 0 ? (
            text
          ) : (
            <button
              type="button"
              className={classes.count}
              data-quiet={index > 0 || undefined}
              aria-expanded={isOpen}
              aria-label={
                index === 0
                  ? `Show the pictures of the ${support} ${size} boxes`
                  : `${name} ${text}: show the pictures of the ${size} boxes`
              }
              onClick={onToggle}
            >
              {text}
            </button>
          )}
        </td>
      ))}
    </tr>
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
