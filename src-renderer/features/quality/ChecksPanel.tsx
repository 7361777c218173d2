/** Every check with its threshold and the pictures that it strikes, each a way to these pictures. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { QualityReport } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { dataHref, describeQuality } from '../image/image-filter.ts';
import classes from './ChecksPanel.module.css';
import { ThresholdSlider } from './ThresholdSlider.tsx';
import { rareClassRange, thresholds } from './thresholds.ts';

export function ChecksPanel() {
  const report = useQuery(station.annotation.checkQuality.queryOptions());
  return (
    <Panel title="Checks" note="A number opens its pictures" testId="quality-checks">
      <Loaded query={report} height={520}>
        {(answer) => <Checks report={answer} />}
      </Loaded>
    </Panel>
  );
}

function Checks({ report }: { readonly report: QualityReport }) {
  return (
    <ul className={classes.list}>
      {report.checks.map(({ kind, pictures }) => {
        const range = thresholds[kind];
        const name = describeQuality(kind);
        return (
          <li key={kind} className={classes.check}>
            <span className={classes.name}>{name}</span>
            <CountLink count={pictures} href={dataHref({ quality: kind })} name={name} />
            {range && <ThresholdSlider name={name} range={range} />}
          </li>
        );
      })}
      <li className={classes.check}>
        <span className={classes.name}>Rare classes</span>
        <span className={classes.count} data-none={report.rareClasses.length === 0 || undefined}>
          {formatCount(report.rareClasses.length)}
        </span>
        <ThresholdSlider name="Rare classes" range={rareClassRange} />
        <RareClasses classes={report.rareClasses} />
      </li>
      <li className={classes.check}>
        <span className={classes.name}>Set aside</span>
        <CountLink count={report.setAside} href={dataHref({ setAside: true })} name="Set aside" />
      </li>
    </ul>
  );
}

interface CountLinkProps {
  readonly count: number;
  readonly href: string;
  readonly name: string;
}

function CountLink({ count, href, name }: CountLinkProps) {
  if (count === 0) {
    return (
      <span className={classes.count} data-none>
        0
      </span>
    );
  }
  return (
    <Link className={classes.count} href={href} aria-label={`${name}: ${formatCount(count)}, show them`}>
      {formatCount(count)}
    </Link>
  );
}

const mostNamed = 8;

function RareClasses({ classes: rare }: { readonly classes: QualityReport['rareClasses'] }) {
  if (rare.length === 0) return null;
  const more = rare.length - mostNamed;
  return (
    <span className={classes.rare}>
      {rare.slice(0, mostNamed).map(({ className, count }) => (
        <Link key={className} href={dataHref({ className })}>
          {className} ({formatCount(count)})
        </Link>
      ))}
      {more > 0 && <span>and {formatCount(more)} more</span>}
    </span>
  );
}
