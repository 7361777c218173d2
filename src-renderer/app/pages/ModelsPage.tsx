/** Registered models: what answers, what could replace it, and how they compare. */
import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Rocket } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import type { RegisteredModel } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ModelDetail } from '../../features/registry/ModelDetail.tsx';

interface ModelsPageProps {
  readonly name: string | undefined;
  readonly version: number | undefined;
}

export function ModelsPage({ name, version }: ModelsPageProps) {
  const query = useQuery(station.registry.listModels.queryOptions());
  const selected = query.data?.find((model) => model.name === name) ?? query.data?.[0];
  return (
    <>
      <PageHeader
        title="Models"
        description="The champion answers. A challenger takes its place when it is better on the same test pictures."
        actions={<ModelSwitch models={query.data ?? []} selected={selected?.name} />}
      />
      <Loaded query={query} height={480}>
        {() =>
          selected === undefined ? (
            <NoModels />
          ) : (
            <ModelDetail
              key={selected.name}
              model={selected}
              chosenVersion={name === selected.name ? version : undefined}
            />
          )
        }
      </Loaded>
    </>
  );
}

interface ModelSwitchProps {
  readonly models: readonly RegisteredModel[];
  readonly selected: string | undefined;
}

function ModelSwitch({ models, selected }: ModelSwitchProps) {
  const [, navigate] = useLocation();
  if (models.length < 2 || selected === undefined) return null;
  return (
    <SegmentedControl
      size="md"
      aria-label="Model"
      value={selected}
      onChange={(name) => navigate(`/models/${encodeURIComponent(name)}`)}
      data={models.map((model) => model.name)}
    />
  );
}

function NoModels() {
  return (
    <Panel>
      <EmptyState
        icon={Rocket}
        title="No model yet"
        action={
          <Button component={Link} href="/training">
            Train the first model
          </Button>
        }
      >
        A run that ends well registers its result here as a version. Then it can be compared, promoted and
        rolled back.
      </EmptyState>
    </Panel>
  );
}
