/** One registered model: service, versions, comparison, the chosen version in depth, history. */
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ArrowUp } from 'lucide-react';
import { useState } from 'react';
import type { ModelVersion, RegisteredModel } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { DeploymentHistory } from '../deployment/DeploymentHistory.tsx';
import { PromoteDialog } from '../deployment/PromoteDialog.tsx';
import { ServingPanel } from '../deployment/ServingPanel.tsx';
import { TryItPanel } from '../deployment/TryItPanel.tsx';
import { ComparisonPanel } from '../evaluation/ComparisonPanel.tsx';
import { EvaluationPanel } from '../evaluation/EvaluationPanel.tsx';
import { AliasBadge } from './AliasBadge.tsx';
import classes from './ModelDetail.module.css';
import { ModelVersionsTable } from './ModelVersionsTable.tsx';
import { VersionFacts } from './VersionFacts.tsx';

interface ModelDetailProps {
  readonly model: RegisteredModel;
  readonly chosenVersion: number | undefined;
}

export function ModelDetail({ model, chosenVersion }: ModelDetailProps) {
  const query = useQuery(station.registry.listVersions.queryOptions({ input: { name: model.name } }));
  return (
    <Loaded query={query} height={480}>
      {(versions) => <Versions model={model} versions={versions} chosenVersion={chosenVersion} />}
    </Loaded>
  );
}

function Versions({
  model,
  versions,
  chosenVersion,
}: ModelDetailProps & { readonly versions: readonly ModelVersion[] }) {
  const [compared, setCompared] = useState<ReadonlySet<number>>(new Set());
  const serving = useQuery({ ...station.deployment.listServing.queryOptions(), refetchInterval: 5_000 });
  const champion = versions.find(({ version }) => version === model.champion);
  const chosen =
    versions.find(({ version }) => version === chosenVersion) ??
    versions.find(({ version }) => version === model.challenger) ??
    versions[0];
  const pair = versions.filter(({ version }) => compared.has(version)).toReversed();
  return (
    <div className={classes.stack}>
      <ServingPanel
        status={serving.data?.find((status) => status.model === model.name)}
        champion={champion}
        modelName={model.name}
      />
      <Panel title="Versions" note="Tick two to four to compare them" isFlush>
        <ModelVersionsTable
          versions={versions}
          selected={chosen?.version}
          compared={compared}
          onCompare={(version, isCompared) => setCompared(withMember(compared, version, isCompared))}
        />
      </Panel>
      {pair.length >= 2 && <ComparisonPanel versions={pair} onClose={() => setCompared(new Set())} />}
      {chosen !== undefined && <ChosenVersion version={chosen} champion={champion} />}
      {chosen !== undefined && <EvaluationPanel key={chosen.version} version={chosen} />}
      <div className={classes.columns}>
        <TryItPanel versions={versions} champion={model.champion} />
        <DeploymentHistory modelName={model.name} />
      </div>
    </div>
  );
}

interface ChosenVersionProps {
  readonly version: ModelVersion;
  readonly champion: ModelVersion | undefined;
}

function ChosenVersion({ version, champion }: ChosenVersionProps) {
  const [isPromoting, { open, close }] = useDisclosure(false);
  const isChampion = version.version === champion?.version;
  return (
    <Panel
      title={`${version.name} v${version.version}`}
      note={`Registered ${formatDateTime(version.createdAt)}`}
      testId="model-version"
      actions={
        isChampion ? (
          <AliasBadge alias="champion" />
        ) : (
          <Button leftSection={<ArrowUp size={18} aria-hidden />} onClick={open}>
            Promote v{version.version}
          </Button>
        )
      }
    >
      <VersionFacts version={version} />
      <PromoteDialog candidate={version} champion={champion} isOpen={isPromoting} onClose={close} />
    </Panel>
  );
}

function withMember(members: ReadonlySet<number>, member: number, isIn: boolean): ReadonlySet<number> {
  const next = new Set(members);
  if (isIn) next.add(member);
  else next.delete(member);
  return next;
}
