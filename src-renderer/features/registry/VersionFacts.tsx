/** Where a version comes from: run, dataset version, architecture, file. */
import { Link } from 'wouter';
import type { ModelVersion } from '../../../src-preload/contract/index.ts';
import { Figure, Figures } from '../../components/Figure.tsx';
import { formatBytes } from '../../components/formatting.ts';
import { datasetHref } from '../dataset/dataset-href.ts';

export function VersionFacts({ version }: { readonly version: ModelVersion }) {
  return (
    <Figures>
      <Figure
        label="Trained by"
        value={
          version.runId === null ? (
            'Imported'
          ) : (
            <Link href={`/training/${encodeURIComponent(version.runId)}`}>Its run</Link>
          )
        }
      />
      <Figure
        label="Learned from"
        value={
          version.dataset === null ? (
            'Unknown'
          ) : (
            <Link href={datasetHref(version.dataset)}>
              {version.dataset.name} v{version.dataset.version}
            </Link>
          )
        }
      />
      <Figure label="Architecture" value={version.architecture} />
      <Figure label="Picture size" value={`${version.imageSize} px`} />
      <Figure label="File" value={formatBytes(version.sizeBytes)} note={version.blobHash.slice(0, 12)} />
    </Figures>
  );
}
