/** Pictures and boxes that an import labelled, by class, and what it did on the way. */
import { Stack, Text } from '@mantine/core';
import type { Import } from '../../../src-preload/contract/index.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import table from '../../components/table.module.css';

export function ImportedClasses({ record }: { readonly record: Import }) {
  return (
    <Stack gap="md">
      <table className={table.table} data-testid="import-classes">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className={table.number}>
              Pictures
            </th>
            <th scope="col" className={table.number}>
              Boxes
            </th>
          </tr>
        </thead>
        <tbody>
          {record.classes.map(({ className, pictures, boxes }) => (
            <tr key={className}>
              <td>{className}</td>
              <td className={table.number}>{formatCount(pictures)}</td>
              <td className={table.number}>{formatCount(boxes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {record.background > 0 && (
        <Text c="dimmed">{formatPlural(record.background, 'picture')} show nothing: background.</Text>
      )}
      {record.clipped > 0 && (
        <Text c="dimmed">
          {formatPlural(record.clipped, 'box', 'boxes')} reached over the edge of a picture and were cut
          there.
        </Text>
      )}
    </Stack>
  );
}
