/** Start a run, and see all runs. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { BrainCircuit, Layers } from 'lucide-react';
import { Link, useSearch } from 'wouter';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { Panel } from '../../components/Panel.tsx';
import { RunsTable } from '../../features/training/RunsTable.tsx';
import { StartTrainingForm } from '../../features/training/StartTrainingForm.tsx';
import layout from './layout.module.css';

export function TrainingPage() {
  return (
    <>
      <PageHeader
        title="Training"
        description="A run learns from one dataset version and registers what it learned as a model version."
      />
      <div className={layout.formAndList}>
        <Panel title="New run">
          <NewRun />
        </Panel>
        <Panel title="Runs" isFlush>
          <Runs />
        </Panel>
      </div>
    </>
  );
}

function NewRun() {
  const versions = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const settings = useQuery(station.system.getSettings.queryOptions());
  const dataset = new URLSearchParams(useSearch()).get('dataset') ?? undefined;
  return (
    <Loaded query={versions} height={420}>
      {(list) =>
        list.length === 0 ? (
          <EmptyState
            icon={Layers}
            title="No dataset yet"
            action={
              <Button component={Link} href="/datasets">
                Create a dataset version
              </Button>
            }
          >
            A run needs a dataset version to learn from.
          </EmptyState>
        ) : (
          <StartTrainingForm
            key={`${dataset}${settings.data?.device}`}
            versions={list}
            dataset={dataset}
            device={settings.data?.device ?? 'auto'}
          />
        )
      }
    </Loaded>
  );
}

function Runs() {
  const runs = useQuery(station.training.listRuns.queryOptions({ input: { limit: 200 } }));
  return (
    <Loaded query={runs} height={420}>
      {(list) =>
        list.length === 0 ? (
          <EmptyState icon={BrainCircuit} title="No run yet">
            The defaults are made to work: choose a dataset version and start. The curves appear here while
            the run learns.
          </EmptyState>
        ) : (
          <RunsTable runs={list} />
        )
      }
    </Loaded>
  );
}
