/** Frozen versions of the labelled pictures: what is in them, and what changed from one to the next. */
import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { BrainCircuit, FolderOutput, Layers, Plus } from 'lucide-react';
import { Link } from 'wouter';
import type { DatasetVersion } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PageHeader } from '../../components/PageHeader.tsx';
import { Panel } from '../../components/Panel.tsx';
import { CreateVersionForm } from '../../features/dataset/CreateVersionForm.tsx';
import { DatasetDifferencePanel } from '../../features/dataset/DatasetDifferencePanel.tsx';
import { DatasetStatisticsPanel } from '../../features/dataset/DatasetStatisticsPanel.tsx';
import { datasetReference } from '../../features/dataset/dataset-href.ts';
import { ExportDialog } from '../../features/dataset/ExportDialog.tsx';
import { VersionsTable } from '../../features/dataset/VersionsTable.tsx';
import layout from './layout.module.css';

interface DatasetsPageProps {
  readonly name: string | undefined;
  readonly version: number | undefined;
}

export function DatasetsPage({ name, version }: DatasetsPageProps) {
  const [isCreating, { open, close }] = useDisclosure(false);
  const query = useQuery(station.dataset.listVersions.queryOptions({ input: {} }));
  const newest = query.data?.[0];
  return (
    <>
      <PageHeader
        title="Datasets"
        description="A version is frozen for ever: which picture, with which label, in which split. Training names the version it used."
        actions={
          <Button leftSection={<Plus size={18} aria-hidden />} onClick={open}>
            Create version
          </Button>
        }
      />
      <Loaded query={query} height={400}>
        {(versions) =>
          versions.length === 0 ? (
            <NoVersions onCreate={open} />
          ) : (
            <Versions versions={versions} selected={findVersion(versions, name, version)} />
          )
        }
      </Loaded>
      <CreateVersionForm newest={newest} isOpen={isCreating} onClose={close} />
    </>
  );
}

function NoVersions({ onCreate }: { readonly onCreate: () => void }) {
  return (
    <Panel>
      <EmptyState
        icon={Layers}
        title="No dataset version yet"
        action={
          <>
            <Button onClick={onCreate}>Create the first version</Button>
            <Button component={Link} href="/data?labelled=no" variant="default">
              Label pictures first
            </Button>
          </>
        }
      >
        Once pictures are labelled, freeze them into a version. It is split into training, validation and test
        pictures, with every class in each.
      </EmptyState>
    </Panel>
  );
}

interface VersionsProps {
  readonly versions: readonly DatasetVersion[];
  readonly selected: DatasetVersion | undefined;
}

function Versions({ versions, selected }: VersionsProps) {
  return (
    <div className={layout.masterDetail}>
      <Panel title="Versions" isFlush>
        <VersionsTable versions={versions} selected={selected} />
      </Panel>
      {selected !== undefined && <VersionDetail version={selected} />}
    </div>
  );
}

function VersionDetail({ version }: { readonly version: DatasetVersion }) {
  const [isExporting, { open, close }] = useDisclosure(false);
  return (
    <div className={layout.stack} data-testid="dataset-detail">
      <Panel
        title={`${version.name}, version ${version.version}`}
        note={
          <>
            Created {formatDateTime(version.createdAt)} with seed {version.seed}. Digest{' '}
            <code title={version.digest}>{version.digest.slice(0, 12)}</code>
          </>
        }
        actions={
          <Group gap="sm">
            <Button variant="default" leftSection={<FolderOutput size={18} aria-hidden />} onClick={open}>
              Export
            </Button>
            <Button
              component={Link}
              href={`/training?dataset=${encodeURIComponent(datasetReference(version))}`}
              leftSection={<BrainCircuit size={18} aria-hidden />}
            >
              Train on it
            </Button>
          </Group>
        }
      >
        {version.classNames.length} classes: {version.classNames.join(', ')}
      </Panel>
      <DatasetStatisticsPanel version={version} />
      <DatasetDifferencePanel version={version} />
      <ExportDialog version={version} isOpen={isExporting} onClose={close} />
    </div>
  );
}

function findVersion(
  versions: readonly DatasetVersion[],
  name: string | undefined,
  version: number | undefined,
): DatasetVersion | undefined {
  if (name === undefined) return versions[0];
  return versions.find((one) => one.name === name && (version === undefined || one.version === version));
}
