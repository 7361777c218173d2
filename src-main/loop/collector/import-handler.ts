/** An import in the station: rows of pictures, their labels, and what became of each file. */
import type { ImageHash } from '../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import type { Clock } from '../../base/clock.ts';
import type { JobHandler } from '../../jobs/job-kind.ts';
import type { Store } from '../../store/store.ts';
import type { LabelChange } from '../../store/tables/annotations.ts';
import type { NewImage } from '../../store/tables/images.ts';
import type { ImportFile } from '../../store/tables/imports.ts';
import type {
  ImportedFile,
  ImportedPicture,
  ImportJobRequest,
  ImportResult,
  ImportSpec,
  ImportUpdate,
} from './import-job.ts';
import { listUploadPaths, removeUpload, uploadFolder } from './staging.ts';

export interface ImportHandlerOptions {
  readonly store: Pick<Store, 'db' | 'imports' | 'images' | 'annotations' | 'folder'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

/** Who is told to have labelled: the import, by the folder's or the file's word. */
const author = 'import';

export function createImportHandler(
  options: ImportHandlerOptions,
): JobHandler<ImportJobRequest, ImportSpec, ImportUpdate, ImportResult> {
  const { store, clock } = options;
  return {
    resumesAfterRestart: true,
    maxAttempts: 5,
    prepare: (_job, request) => toSpec(store, request),
    onUpdate: (_job, request, update) => keepUpdate(options, request, update),
    onEnd: (_job, { importId, uploadId }) => {
      store.imports.end(importId, clock.now());
      if (uploadId !== null) store.db.afterCommit(() => removeUpload(store.folder.dir, uploadId));
    },
  };
}

function toSpec(store: ImportHandlerOptions['store'], request: ImportJobRequest): ImportSpec {
  const { importId, uploadId, paths, format, labelsPath, split } = request;
  const dataDir = store.folder.dir;
  return {
    paths: uploadId === null ? paths : listUploadPaths(dataDir, uploadId),
    namedFrom: uploadId === null ? null : uploadFolder(dataDir, uploadId),
    format,
    labelsPath,
    split,
    dataDir,
    donePaths: store.imports.listPaths(importId),
  };
}

function keepUpdate(options: ImportHandlerOptions, request: ImportJobRequest, update: ImportUpdate): void {
  const { store, publish } = options;
  const { importId } = request;
  if (update.format) store.imports.setFormat(importId, update.format);
  for (const className of update.classNames ?? []) findOrAddClass(store, request, className);
  const files = update.files.filter(({ path }) => !store.imports.hasFile(importId, path));
  const pictures = files.filter((file) => file.outcome === 'picture');
  const added = store.images.insertMany(toImages(options, request, pictures));
  const { labels, changed } = labelPictures(options, request, pictures);
  store.imports.insertFiles(importId, toImportFiles(files, added, labels));
  store.db.afterCommit(() => {
    if (added.size > 0) publish({ type: 'image.imported', added: added.size });
    const imageHashes = changed.filter((hash) => !added.has(hash));
    if (imageHashes.length > 0) publish({ type: 'annotation.changed', imageHashes });
  });
}

function toImages(
  { store, clock }: ImportHandlerOptions,
  { importId }: ImportJobRequest,
  pictures: readonly ImportedPicture[],
): NewImage[] {
  const source = store.imports.getSource(importId);
  const importedAt = clock.now();
  return pictures.map(({ outcome: _, path: __, className: ___, split, ...facts }) => ({
    ...facts,
    source,
    importId,
    importedAt,
    originSplit: split,
  }));
}

/** What became of the class that a file brings. */
type LabelOutcome =
  | { readonly kind: 'none' | 'kept' | 'given' }
  | { readonly kind: 'conflict'; readonly current: string };

/** A picture that has a class keeps it: what an operator or an earlier import said is not overruled by a folder's name. */
function labelPictures(
  { store, clock }: ImportHandlerOptions,
  request: ImportJobRequest,
  pictures: readonly ImportedPicture[],
): { labels: Map<string, LabelOutcome>; changed: ImageHash[] } {
  const labels = new Map<string, LabelOutcome>();
  const changes = new Map<ImageHash, LabelChange & { readonly className: string }>();
  for (const { path, hash, className } of pictures) {
    const current = changes.get(hash)?.className ?? store.images.findClassName(hash) ?? null;
    labels.set(path, judgeLabel(className, current));
    if (className === null || current !== null) continue;
    changes.set(hash, { imageHash: hash, classId: findOrAddClass(store, request, className), className });
  }
  const step = { author, source: 'import', kind: 'edit', changes: [...changes.values()] } as const;
  return { labels, changed: store.annotations.recordStep(step, clock.now()) };
}

function judgeLabel(className: string | null, current: string | null): LabelOutcome {
  if (className === null) return { kind: 'none' };
  if (current === null) return { kind: 'given' };
  return current === className ? { kind: 'kept' } : { kind: 'conflict', current };
}

function findOrAddClass(
  { annotations, imports }: ImportHandlerOptions['store'],
  { importId }: ImportJobRequest,
  name: string,
): number {
  const known = annotations.findClass(name);
  if (known) return known.id;
  imports.addClasses(importId, [name]);
  return annotations.findOrAddClass(name);
}

function toImportFiles(
  files: readonly ImportedFile[],
  added: ReadonlySet<ImageHash>,
  labels: ReadonlyMap<string, LabelOutcome>,
): ImportFile[] {
  const counted = new Set<ImageHash>();
  return files.map((file) => {
    if (file.outcome === 'rejected') {
      const problem = { code: file.code, reason: file.reason };
      return { path: file.path, outcome: 'rejected', imageHash: null, isLabelled: false, problem };
    }
    const { path, hash, className } = file;
    const isFirst = added.has(hash) && !counted.has(hash);
    counted.add(hash);
    const label = labels.get(path) ?? { kind: 'none' };
    return {
      path,
      outcome: isFirst ? 'added' : 'duplicate',
      imageHash: hash,
      isLabelled: label.kind === 'given',
      problem: label.kind === 'conflict' ? tellConflict(label.current, className) : null,
    };
  });
}

function tellConflict(current: string, className: string | null): ImportFile['problem'] {
  const reason = `the station has this picture already, as ${current}: it keeps that class and does not become ${className}`;
  return { code: 'LABEL_CONFLICT', reason };
}
