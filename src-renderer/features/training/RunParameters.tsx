/** All parameters of a run, as they were used. */
import type { Run } from '../../../src-preload/contract/index.ts';
import { Panel } from '../../components/Panel.tsx';
import table from '../../components/table.module.css';
import classes from './RunParameters.module.css';
import { groupParameters } from './run-parameters.ts';

export function RunParameters({ run }: { readonly run: Run }) {
  return (
    <Panel title="Parameters" isFlush testId="run-parameters">
      <table className={table.table}>
        {groupParameters(run.params).map(({ title, parameters }) => (
          <tbody key={title} className={classes.group}>
            <tr>
              <th colSpan={2} scope="rowgroup">
                {title}
              </th>
            </tr>
            {parameters.map(({ key, label, description, value }) => (
              <tr key={key}>
                <td>
                  {label} <span className={classes.description}>{description}</span>
                </td>
                <td className={classes.value}>{value}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </Panel>
  );
}
