/** Everything that an import has to deal with, in the order in which it will. */
import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { detectFormat } from '../../formats/detect-format.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { ImportFault } from '../../store/tables/imports.ts';
import { holdsIdxFiles } from './idx-pairs.ts';
import type { ImportItem } from './import-item.ts';
import type { ImportSpec, ImportUpdate } from './import-job.ts';
import { listFolderItems } from './list-folder-items.ts';
import { listIdxItems } from './list-idx-items.ts';
import { listLabelledItems } from './list-labelled-items.ts';
import { openSourceFolder } from './open-source-folder.ts';
import type { WalkRequest } from './walk-paths.ts';

export interface ListedItems {
  readonly format: NonNullable<ImportUpdate['format']>;
  readonly items: readonly ImportItem[];
  /** Where their order matters more than that of the items. */
  readonly classNames: readonly string[];
  /** Parts of label files that can not be used. */
  readonly faults: readonly ImportFault[];
}

/** @throws {AppError} IMPORT_PATH_UNREADABLE, IMPORT_FORMAT_INVALID */
export async function listItems(
  spec: ImportSpec,
  context: Pick<JobContext<never>, 'signal' | 'reportProgress'>,
): Promise<ListedItems> {
  const { paths } = spec;
  const walk: WalkRequest = { paths, excluded: [await realpath(spec.dataDir)], signal: context.signal };
  const format = await findFormat(spec, walk);
  const toName = (path: string) => nameFrom(spec.namedFrom, path);
  switch (format) {
    case 'idx':
      return { format, faults: [], ...(await listIdxItems(paths, spec.labelsPath, toName)) };
    case 'folder':
    case 'files': {
      const items = await listFolderItems({ ...walk, usesLabels: format === 'folder', toName });
      return { format, items, classNames: [], faults: [] };
    }
    default:
      return { format, ...(await listLabelledItems({ ...walk, ...context, format, toName })) };
  }
}

async function findFormat(
  { format, paths, labelsPath }: ImportSpec,
  walk: WalkRequest,
): Promise<ListedItems['format']> {
  if (format !== 'auto') return format;
  if (labelsPath !== null || (await holdsIdxFiles(paths))) return 'idx';
  return (await detectFormat(await openSourceFolder(walk))) ?? 'folder';
}

function nameFrom(root: string | null, path: string): string {
  return root === null ? path : relative(root, path).split(sep).join('/');
}
