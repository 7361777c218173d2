/** Who labels: how much, how quickly, how far in agreement with the others and with known truth. */
import { useQuery } from '@tanstack/react-query';
import { station } from '../../client/station.ts';
import { formatCount, formatDateTime, formatPercent } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import classes from './Team.module.css';

export function AnnotatorsPanel() {
  const query = useQuery(station.annotation.listAnnotators.queryOptions());
  return (
    <Panel
      title="Annotators"
      note="Agreement and known truth: F1 of boxes and classes. Corrected: boxes and classes that another has changed, pictures that another has sent back."
      isFlush
      testId="annotators"
    >
      <Loaded query={query} height={120}>
        {(annotators) =>
          annotators.length === 0 ? (
            <p className={classes.none}>Nobody has labelled by hand yet.</p>
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th>Name</th>
                  <th className={table.number}>Pictures</th>
                  <th className={table.number}>Boxes</th>
                  <th className={table.number}>Pictures an hour</th>
                  <th className={table.number}>Corrected by others</th>
                  <th className={table.number}>Agrees with others</th>
                  <th className={table.number}>Known truth</th>
                  <th>Last seen</th>
                </tr>
              </thead>
              <tbody>
                {annotators.map((row) => (
                  <tr key={row.name}>
                    <td>
                      <strong>{row.name}</strong>
                    </td>
                    <td className={table.number}>{formatCount(row.pictures)}</td>
                    <td className={table.number}>{formatCount(row.boxes)}</td>
                    <td className={table.number}>
                      {row.picturesPerHour === null ? '–' : formatCount(Math.round(row.picturesPerHour))}
                    </td>
                    <td className={table.number}>{formatCount(row.corrections)}</td>
                    <td className={table.number}>{formatPercent(row.agreement, 0)}</td>
                    <td className={table.number}>
                      {formatPercent(row.goldScore, 0)}
                      {row.goldPictures > 0 && ` of ${formatCount(row.goldPictures)}`}
                    </td>
                    <td>{formatDateTime(row.lastSeenAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Panel>
  );
}
