/** What one import brought: added, duplicates, set aside with reasons, labelled, new classes. */
import { Button, CloseButton, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { type Import, importIdSchema } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatCount, formatPlural } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ImportedClasses } from './ImportedClasses.tsx';
import classes from './ImportReport.module.css';
import { useImport } from './import-store.ts';
import { RejectionsTable } from './RejectionsTable.tsx';

/** The report of the import that this window started last, until it is closed. */
export function LatestImportReport() {
  const { reportId, setReport } = useImport();
  const query = useQuery({
    ...station.collector.getImport.queryOptions({ input: { id: importIdSchema.parse(reportId ?? '-') } }),
    enabled: reportId !== null,
  });
  if (reportId === null || query.data === undefined) return null;
  return (
    <section className={classes.report} aria-label="Import report" data-testid="import-report">
      <div className={classes.head}>
        <strong>{query.data.endedAt === null ? 'Importing' : 'Import finished'}</strong>
        <ImportCounts record={query.data} />
        <CloseButton aria-label="Close the import report" onClick={() => setReport(null)} />
      </div>
    </section>
  );
}

/** The counts of an import, each in words, with the reasons of what was set aside behind a button. */
export function ImportCounts({ record }: { readonly record: Import }) {
  return (
    <Group gap="lg" className={classes.counts}>
      <Link href={`/data?import=${encodeURIComponent(record.id)}`} data-testid="import-added">
        {formatCount(record.added)} added
      </Link>
      <span data-testid="import-labelled">{formatCount(record.labelled)} labelled</span>
      <span data-testid="import-duplicates">{formatPlural(record.duplicates, 'duplicate')}</span>
      {record.predicted > 0 && <span>{formatCount(record.predicted)} with suggestions to review</span>}
      {record.boxes > 0 && <BoxesButton record={record} />}
      {record.classesAdded.length > 0 && <span>New classes: {record.classesAdded.join(', ')}</span>}
      {record.rejected + record.faults > 0 && <RejectionsButton record={record} />}
    </Group>
  );
}

function RejectionsButton({ record }: { readonly record: Import }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button
        variant="light"
        color="yellow"
        size="compact-md"
        h={36}
        onClick={open}
        data-testid="import-rejected"
      >
        {tellSetAside(record)} set aside
      </Button>
      <Modal opened={isOpen} onClose={close} title="What was set aside" size="xl">
        {isOpen && <Rejections record={record} />}
      </Modal>
    </>
  );
}

/** "2 files", "3 labels", or both. */
function tellSetAside({ rejected, faults }: Import): string {
  const files = rejected > 0 ? [formatPlural(rejected, 'file')] : [];
  const labels = faults > 0 ? [formatPlural(faults, 'label')] : [];
  return [...files, ...labels].join(' and ');
}

function BoxesButton({ record }: { readonly record: Import }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="light" size="compact-md" h={36} onClick={open} data-testid="import-boxes">
        {formatPlural(record.boxes, 'box', 'boxes')}
      </Button>
      <Modal opened={isOpen} onClose={close} title="What the label files brought" size="lg">
        <ImportedClasses record={record} />
      </Modal>
    </>
  );
}

function Rejections({ record }: { readonly record: Import }) {
  const query = useQuery(station.collector.listRejections.queryOptions({ input: { id: record.id } }));
  return <Loaded query={query}>{(rejections) => <RejectionsTable rejections={rejections} />}</Loaded>;
}
