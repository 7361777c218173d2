/** Quality of pictures and labels: what the checks strike, and which pictures look alike. */
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { PageHeader } from '../../components/PageHeader.tsx';
import { ChecksPanel } from '../../features/quality/ChecksPanel.tsx';
import { DuplicatesPanel } from '../../features/quality/DuplicatesPanel.tsx';
import { MeasureButton } from '../../features/quality/MeasureButton.tsx';
import classes from './QualityPage.module.css';

export function QualityPage() {
  return (
    <>
      <PageHeader
        title="Quality"
        description="Pictures and labels that deserve a second look."
        actions={
          <>
            <MeasureButton />
            <Button component={Link} href="/data" variant="default">
              Back to the pictures
            </Button>
          </>
        }
      />
      <div className={classes.columns}>
        <ChecksPanel />
        <DuplicatesPanel />
      </div>
    </>
  );
}
