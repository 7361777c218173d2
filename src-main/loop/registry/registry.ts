/** The registered models of a station: numbered, immutable versions with lineage, and the aliases that name two of them. */
import type { ModelReference } from '../../../src-preload/contract/reference.ts';
import { parseModelReference } from '../../../src-preload/contract/reference.ts';
import type { ImportModel, ModelVersion, RegisteredModel } from '../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import { AppError } from '../../base/app-error.ts';
import type { Clock } from '../../base/clock.ts';
import { importClassifier, importDetector, readModelFile as readFromDisk } from '../../engine/index.ts';
import type { Store } from '../../store/store.ts';
import type { NewModelVersion } from '../../store/tables/models.ts';

export type ModelDraft = Omit<NewModelVersion, 'createdAt'>;

export interface RegistryOptions {
  readonly store: Pick<Store, 'db' | 'models' | 'blobs' | 'settings'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface Registry {
  listModels(): RegisteredModel[];
  /** Newest first. */
  listVersions(name?: string): ModelVersion[];
  /**
   * @param reference `NAME/VERSION`, `NAME@ALIAS`, or `NAME` for its champion
   * @throws {AppError} INPUT_INVALID, NOT_FOUND
   */
  getVersion(reference: string): ModelVersion;
  /**
   * Adds a version: as champion if it is the first of its name, else as challenger. Inside a transaction the
   * version exists with the caller's rows or not at all.
   */
  registerVersion(draft: ModelDraft): ModelVersion;
  /**
   * A file of somebody else's, ready to be registered: of no run and no dataset. A classifier in the form of our own, in
   * a station for detection a detector as it is, with its classes named.
   * @throws {AppError} MODEL_UNREADABLE, MODEL_CLASSES_MISMATCH, GRAPH_NOT_TRAINABLE with node, operation and reason
   */
  readModelFile(request: ImportModel): Promise<ModelDraft>;
}

export function createRegistry({ store, clock, publish }: RegistryOptions): Registry {
  const { models, db } = store;
  const getVersion = (reference: string): ModelVersion => {
    const parsed = parseModelReference(reference);
    const version = models.findVersion(parsed.name, toVersionNumber(store, parsed));
    if (!version) throw notFound(store, parsed);
    return version;
  };
  return {
    listModels: models.list,
    listVersions: models.listVersions,
    getVersion,
    registerVersion: (draft) =>
      db.transaction(() => {
        const version = models.insertVersion({ ...draft, createdAt: clock.now() });
        const isFirst = models.findAlias(draft.name, 'champion') === undefined;
        models.setAlias(draft.name, isFirst ? 'champion' : 'challenger', version);
        db.afterCommit(() => publish({ type: 'model.registered', name: draft.name, version }));
        return getVersion(`${draft.name}/${version}`);
      }),
    readModelFile: (request) => readModelFile(store, request),
  };
}

async function readModelFile(
  { blobs, settings }: Pick<Store, 'blobs' | 'settings'>,
  request: ImportModel,
): Promise<ModelDraft> {
  const { path, name, ...options } = request;
  const importModel = settings.read().task === 'detection' ? importDetector : importClassifier;
  const { file, ...described } = importModel(await readFromDisk(path), options);
  const blobHash = await blobs.write(file);
  const lineage = { runId: null, dataset: null, metrics: {} };
  return { name, ...described, ...lineage, blobHash, sizeBytes: file.length };
}

function toVersionNumber({ models }: Pick<Store, 'models'>, reference: ModelReference): number {
  if (reference.version !== undefined) return reference.version;
  const version = models.findAlias(reference.name, reference.alias ?? 'champion');
  if (version === undefined) throw notFound({ models }, reference);
  return version;
}

/** Says what there is instead. */
function notFound({ models }: Pick<Store, 'models'>, { name, alias, version }: ModelReference): AppError {
  const versions = models.listVersions(name).map((known) => known.version);
  const names = models.list().map((known) => known.name);
  if (versions.length === 0) {
    const known = names.length === 0 ? 'none is registered yet' : `there are ${names.join(', ')}`;
    return new AppError('NOT_FOUND', `there is no model ${name}: ${known}`, { data: { name, known: names } });
  }
  const wanted = version === undefined ? `@${alias ?? 'champion'}` : `/${version}`;
  return new AppError('NOT_FOUND', `there is no ${name}${wanted}: it has versions ${versions.join(', ')}`, {
    data: { name, versions },
  });
}
