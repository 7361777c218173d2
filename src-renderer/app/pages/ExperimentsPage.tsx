/** All runs with their settings and results: sort, filter, lay side by side. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { Link } from 'wouter';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ExperimentWorkspace } from '../../features/experiment/ExperimentWorkspace.tsx';

export function ExperimentsPage() {
  const query = useQuery(station.training.listRuns.queryOptions({ input: { limit: 1000 } }));
  return (
    <>
      <PageHeader
        title="Experiments"
        description="What was tried, with which settings, and what came of it. Tick runs to see their curves on top of one another."
      />
      <Loaded query={query} height={480}>
        {(runs) => (runs.length === 0 ? <NoRuns /> : <ExperimentWorkspace runs={runs} />)}
      </Loaded>
    </>
  );
}

function NoRuns() {
  return (
    <Panel>
      <EmptyState
        icon={FlaskConical}
        title="Nothing was tried yet"
        action={
          <Button component={Link} href="/training">
            Start the first run
          </Button>
        }
      >
        Every training run is kept here with its settings, curves and results. From the second one on there is
        something to compare.
      </EmptyState>
    </Panel>
  );
}
