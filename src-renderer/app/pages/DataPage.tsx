/** Collect and label: imports, the wall of pictures, the classes. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ScanSearch, Users } from 'lucide-react';
import { Link } from 'wouter';
import { station } from '../../client/station.ts';
import { formatCount, formatPercent } from '../../components/formatting.ts';
import { PageHeader } from '../../components/PageHeader.tsx';
import { AutoLabelButton } from '../../features/annotation/AutoLabelDialog.tsx';
import { ImportButtons } from '../../features/collector/ImportButtons.tsx';
import { ImportHistory } from '../../features/collector/ImportHistory.tsx';
import { LatestImportReport } from '../../features/collector/ImportReport.tsx';
import { ImageWorkspace } from '../../features/image/ImageWorkspace.tsx';
import classes from './DataPage.module.css';

export function DataPage() {
  return (
    <div className={classes.page}>
      <PageHeader
        title="Data"
        description={<DataSummary />}
        actions={
          <>
            <Button
              component={Link}
              href="/data/quality"
              variant="default"
              leftSection={<ScanSearch size={18} aria-hidden />}
            >
              Quality
            </Button>
            <Button
              component={Link}
              href="/data/team"
              variant="default"
              leftSection={<Users size={18} aria-hidden />}
            >
              Team
            </Button>
            <AutoLabelButton />
            <ImportHistory />
            <ImportButtons />
          </>
        }
      />
      <LatestImportReport />
      <ImageWorkspace />
    </div>
  );
}

function DataSummary() {
  const counts = useQuery(station.images.countImages.queryOptions());
  if (counts.data === undefined || counts.data.total === 0)
    return <>Collect pictures and give them labels.</>;
  const { total, labelled } = counts.data;
  return (
    <>
      {formatCount(total)} pictures, {formatCount(labelled)} labelled ({formatPercent(labelled / total, 0)}),{' '}
      {formatCount(total - labelled)} to do.
    </>
  );
}
