/** An import in the station: rows of pictures, their labels, and what became of each file. */
import { boxIdSchema, type ImageHash } from '../../../src-preload/contract/ids.ts';
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
import { judgeLabels, type LabelOutcome, type TakenLabels } from './judge-labels.ts';
import { listUploadPaths, removeUpload, uploadFolder } from './staging.ts';

export interface ImportHandlerOptions {
  readonly store: Pick<Store, 'db' | 'imports' | 'images' | 'quality' | 'annotations' | 'folder'>;
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
  for (const { hash, quality } of pictures) store.quality.insertPicture(hash, quality);
  const { outcomes, changed } = labelPictures(options, request, pictures);
  store.imports.insertFiles(importId, toImportFiles(files, added, outcomes));
  store.imports.insertFaults(importId, [
    ...(update.faults ?? []),
    ...pictures.flatMap(({ labels }) => labels.faults),
  ]);
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
  return pictures.map(
    ({ outcome: _, path: __, className: ___, labels: ____, quality: _____, origin, split, ...facts }) => ({
      ...facts,
      ...origin,
      source,
      importId,
      importedAt,
      originSplit: split,
    }),
  );
}

/** A picture keeps what an operator or an earlier import said: a file adds to it, and what contradicts it is told. */
function labelPictures(
  { store, clock }: ImportHandlerOptions,
  request: ImportJobRequest,
  pictures: readonly ImportedPicture[],
): { outcomes: Map<string, LabelOutcome>; changed: ImageHash[] } {
  const outcomes = new Map<string, LabelOutcome>();
  const waiting = new Map<ImageHash, LabelChange>();
  const changed: ImageHash[] = [];
  const flush = (): void => {
    const step = { author, source: 'import', kind: 'edit', changes: [...waiting.values()] } as const;
    changed.push(...store.annotations.recordStep(step, clock.now()));
    waiting.clear();
  };
  for (const picture of pictures) {
    // The same picture again is judged by what it got before.
    if (waiting.has(picture.hash)) flush();
    const outcome = judgeLabels(picture, store.annotations.getAnnotation(picture.hash));
    outcomes.set(picture.path, outcome);
    if (outcome.given === null) continue;
    const classIdOf = (name: string) => findOrAddClass(store, request, name);
    waiting.set(picture.hash, toChange(picture, outcome.given, request, classIdOf));
  }
  flush();
  return { outcomes, changed: [...new Set(changed)] };
}

/** @param classIdOf a class that is added where there is none */
function toChange(
  { hash, labels }: ImportedPicture,
  { state, className, boxes, replaced }: TakenLabels,
  { importId }: ImportJobRequest,
  classIdOf: (name: string) => number,
): LabelChange {
  const { model } = labels;
  const isModels = state === 'predicted';
  return {
    imageHash: hash,
    state,
    ...(className !== null && { classId: classIdOf(className) }),
    remove: replaced,
    put: boxes.map(({ className: boxClass, score, ...box }, index) => ({
      ...box,
      id: boxIdSchema.parse(`${importId}-${index + 1}`),
      classId: classIdOf(boxClass),
      origin: { source: isModels ? 'model' : 'import', author: model ?? author, score, model },
    })),
  };
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
  outcomes: ReadonlyMap<string, LabelOutcome>,
): ImportFile[] {
  const counted = new Set<ImageHash>();
  return files.map((file) => {
    if (file.outcome === 'rejected') {
      const problem = { code: file.code, reason: file.reason };
      return { path: file.path, outcome: 'rejected', imageHash: null, given: null, problem };
    }
    const { path, hash, labels } = file;
    const isFirst = added.has(hash) && !counted.has(hash);
    counted.add(hash);
    const { given, conflict } = outcomes.get(path) ?? { given: null, conflict: null };
    return {
      path,
      outcome: isFirst ? 'added' : 'duplicate',
      imageHash: hash,
      given: given && toGiven(given, labels.clipped),
      problem: conflict === null ? labels.problem : { code: 'LABEL_CONFLICT', reason: conflict },
    };
  });
}

function toGiven({ state, className, boxes }: TakenLabels, clipped: number): ImportFile['given'] {
  const boxClasses = boxes.map((box) => box.className);
  return { state, className, boxClasses, clipped: boxes.length === 0 ? 0 : clipped };
}
