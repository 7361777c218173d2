/** Files and parts of label files that an import set aside, each with its reason. */
import type { ImportRejection } from '../../../src-preload/contract/index.ts';
import table from '../../components/table.module.css';

export function RejectionsTable({ rejections }: { readonly rejections: readonly ImportRejection[] }) {
  return (
    <table className={table.table} data-testid="rejections">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {rejections.map((rejection) => (
          <tr key={`${rejection.path} ${rejection.place} ${rejection.reason}`}>
            <td style={{ overflowWrap: 'anywhere' }}>
              {rejection.path}
              {rejection.place !== null && <div className={table.soft}>{rejection.place}</div>}
            </td>
            <td style={{ overflowWrap: 'anywhere' }}>{rejection.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
