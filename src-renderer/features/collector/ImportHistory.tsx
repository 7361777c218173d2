/** All imports, newest first, in a drawer of the Data page. */
import { Button, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import classes from './ImportHistory.module.css';
import { ImportCounts } from './ImportReport.tsx';

export function ImportHistory() {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" leftSection={<History size={18} aria-hidden />} onClick={open}>
        Imports
      </Button>
      <Drawer opened={isOpen} onClose={close} position="right" size={560} title="Imports">
        {isOpen && <Imports />}
      </Drawer>
    </>
  );
}

function Imports() {
  const query = useQuery(station.collector.listImports.queryOptions({ input: { limit: 50 } }));
  return (
    <Loaded query={query} height={300}>
      {(imports) =>
        imports.length === 0 ? (
          <EmptyState icon={History} title="No imports yet">
            Drop pictures or folders anywhere in the window.
          </EmptyState>
        ) : (
          <ul className={classes.list}>
            {imports.map((record) => (
              <li key={record.id} className={classes.item}>
                <div className={classes.head}>
                  <strong>{record.source}</strong>
                  <span className={classes.when}>{formatDateTime(record.startedAt)}</span>
                </div>
                <ImportCounts record={record} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
