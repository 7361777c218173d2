/** Which version of each model answers predictions, how it is replaced without dropping a request, and the way back. */
import {
  type AskedDetection,
  type DeploymentEvent,
  detectionQuestionSchema,
  type Prediction,
  type ServingStatus,
} from '../../../src-preload/contract/deployment.ts';
import type { Comparison } from '../../../src-preload/contract/evaluation.ts';
import { parseModelReference } from '../../../src-preload/contract/reference.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { StationEvent } from '../../../src-preload/contract/system.ts';
import type { Store } from '../../store/store.ts';
import { findWayBack } from './champion-history.ts';
import { keyOf, LoadedVersions, type LoadedVersionsOptions } from './loaded-versions.ts';
import { toPrediction } from './prediction.ts';
import { assertBetter } from './promotion-rule.ts';
import {
  alreadyChampion,
  ambiguousModel,
  isWithoutTest,
  notComparable,
  nothingDeployed,
  nothingInService,
  noWayBack,
} from './refusals.ts';
import { createSerialQueue } from './serial-queue.ts';
import type { ServedQuestion } from './serving-protocol.ts';
import { createServingTraffic, type ServingTraffic } from './serving-traffic.ts';

export interface DeploymentOptions extends LoadedVersionsOptions {
  readonly store: Pick<Store, 'db' | 'models' | 'deployments' | 'blobs' | 'settings' | 'runs'>;
  readonly publish: (event: StationEvent) => void;
  /** Of the registry. @throws {AppError} NOT_FOUND, INPUT_INVALID */
  readonly getVersion: (reference: string) => ModelVersion;
  /**
   * Of the evaluation: b against a, both `NAME/VERSION`, on the test pictures of the dataset version `NAME@VERSION`.
   * @throws {AppError} DATASET_SPLIT_EMPTY and what an evaluation throws
   */
  readonly compare: (a: string, b: string, dataset: string) => Promise<Comparison>;
}

export interface PromoteRequest {
  /** `NAME/VERSION`, `NAME@challenger`, or `NAME` for its challenger. */
  readonly model: string;
  readonly reason: string;
  readonly force: boolean;
}

export interface RollbackRequest {
  readonly model: string;
  readonly version?: number | undefined;
  readonly reason: string;
}

export interface Deployment {
  /** Puts the champions in service and keeps them there; without it a model is loaded when it is first needed. */
  start(): void;
  /**
   * Puts a version in service that was registered as champion, the first of its model; any other is loaded beside
   * it, so that a promotion finds it warm. To be called inside the transaction that registered it. @returns the same version
   */
  adopt(version: ModelVersion): ModelVersion;
  /**
   * @param picture the file's bytes
   * @param reference `NAME`, `NAME@ALIAS` or `NAME/VERSION`; the only deployed model if absent
   * @param asked of a detector; what is absent is as the contract says
   * @throws {AppError} DEPLOYMENT_EMPTY, INPUT_INVALID, NOT_FOUND, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, SERVING_UNAVAILABLE
   */
  predict(picture: Uint8Array, reference?: string, asked?: AskedDetection): Promise<Prediction>;
  /** @throws {AppError} PROMOTION_REFUSED with the comparison in `data`, NOT_FOUND, INPUT_INVALID */
  promote(request: PromoteRequest, actor: string): Promise<DeploymentEvent>;
  /** @throws {AppError} ROLLBACK_UNAVAILABLE, NOT_FOUND, INPUT_INVALID */
  rollback(request: RollbackRequest, actor: string): Promise<DeploymentEvent>;
  listServing(): ServingStatus[];
  /** Newest first. */
  listHistory(model?: string): DeploymentEvent[];
  /** Of the serving worker, undefined while there is none. */
  readonly workerPid: number | undefined;
  close(): void;
}

export function createDeployment(options: DeploymentOptions): Deployment {
  return new StationDeployment(options);
}

interface SwitchOrder {
  readonly kind: DeploymentEvent['kind'];
  readonly to: ModelVersion;
  readonly reason: string;
  readonly actor: string;
  readonly comparison: Comparison | null;
}

class StationDeployment implements Deployment {
  readonly #options: DeploymentOptions;
  readonly #loaded: LoadedVersions;
  /** What answers: model name → version. Changed in one go, after the alias is durable. */
  readonly #champions: Map<string, ModelVersion>;
  readonly #traffic: ServingTraffic;
  readonly #troubles = new Map<string, string>();
  readonly #switches = createSerialQueue();
  #isStarted = false;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.#loaded = new LoadedVersions(options, () => this.#listPinned());
    this.#traffic = createServingTraffic(options.clock);
    this.#champions = readChampions(options);
  }

  get workerPid(): number | undefined {
    return this.#loaded.workerPid;
  }

  start(): void {
    this.#isStarted = true;
    for (const champion of this.#champions.values()) void this.#warmUp(champion);
  }

  adopt(version: ModelVersion): ModelVersion {
    if (version.aliases.includes('champion')) this.#adoptFirst(version);
    else this.#options.store.db.afterCommit(() => this.#prepareChallenger(version));
    return version;
  }

  /** Where it can not be loaded, its promotion will say so. */
  #prepareChallenger(version: ModelVersion): void {
    if (!this.#isStarted) return;
    this.#loaded
      .load(version)
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error }, `${keyOf(version)} could not be loaded`),
      );
  }

  #adoptFirst(version: ModelVersion): void {
    const { store, clock } = this.#options;
    const startedAt = clock.monotonic();
    const id = store.deployments.insert({
      model: version.name,
      kind: 'promote',
      fromVersion: null,
      toVersion: version.version,
      reason: 'the first version of the model',
      actor: 'station',
      at: clock.now(),
      comparison: null,
    });
    store.db.afterCommit(() => {
      this.#point(version);
      if (!this.#isStarted) return;
      void this.#warmUp(version, () => store.deployments.recordSwitch(id, clock.monotonic() - startedAt));
    });
  }

  async predict(picture: Uint8Array, reference?: string, asked: AskedDetection = {}): Promise<Prediction> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const version = this.#choose(reference);
    const question = this.#completeQuestion(version, asked);
    const answer = await this.#traffic.follow(version.name, () =>
      this.#loaded.predict(version, picture, question),
    );
    return toPrediction(version, answer, clock.monotonic() - startedAt);
  }

  /** A model that has learned from tiles looks at tiles. */
  #completeQuestion({ runId }: ModelVersion, asked: AskedDetection): ServedQuestion {
    const { tile, ...question } = detectionQuestionSchema.parse(asked);
    const learned = runId === null ? undefined : this.#options.store.runs.find(runId)?.params.tile;
    return { ...question, tile: tile ?? (learned === undefined ? null : Number(learned)) };
  }

  async promote({ model, reason, force }: PromoteRequest, actor: string): Promise<DeploymentEvent> {
    const to = this.#options.getVersion(toChallengerReference(model));
    for (;;) {
      const champion = this.#champions.get(to.name);
      if (champion?.version === to.version) throw alreadyChampion(to);
      const comparison = champion && !force ? await this.#compare(champion, to) : null;
      const event = await this.#switches.run(to.name, () => {
        // The champion may have changed while the two were compared.
        if (this.#champions.get(to.name)?.version !== champion?.version) return undefined;
        return this.#switch({ kind: 'promote', to, reason, actor, comparison });
      });
      if (event) return event;
    }
  }

  rollback({ model, version, reason }: RollbackRequest, actor: string): Promise<DeploymentEvent> {
    const { name } = parseModelReference(model);
    return this.#switches.run(name, () => {
      const champion = this.#champions.get(name);
      if (!champion) throw nothingDeployed(name);
      const target = version ?? this.#findWayBack(name);
      if (target === null) throw noWayBack(champion);
      if (target === champion.version) throw alreadyChampion(champion);
      const to = this.#options.getVersion(`${name}/${target}`);
      return this.#switch({ kind: 'rollback', to, reason, actor, comparison: null });
    });
  }

  listServing(): ServingStatus[] {
    return this.#options.store.models.list().map(({ name }) => this.#describe(name));
  }

  listHistory(model?: string): DeploymentEvent[] {
    return this.#options.store.deployments.list(model);
  }

  close(): void {
    this.#loaded.close();
  }

  async #compare(champion: ModelVersion, challenger: ModelVersion): Promise<Comparison> {
    const dataset = challenger.dataset ?? champion.dataset;
    if (!dataset) throw notComparable(challenger, 'it comes from no dataset of this station');
    const label = `${dataset.name}@${dataset.version}`;
    const comparison = await this.#options
      .compare(keyOf(champion), keyOf(challenger), label)
      .catch((error: unknown) => {
        throw isWithoutTest(error) ? notComparable(challenger, error.message) : error;
      });
    assertBetter(comparison, this.#options.store.settings.read().promotionMargin);
    return comparison;
  }

  /**
   * Loads the new version beside the old one, makes the alias and the event durable in one transaction, then
   * turns the pointer: a kill at any moment leaves an alias whose version is served at the next start.
   */
  async #switch(order: SwitchOrder): Promise<DeploymentEvent> {
    const { store, clock, publish } = this.#options;
    const { to } = order;
    const startedAt = clock.monotonic();
    await this.#loaded.load(to);
    const id = store.db.transaction(() => this.#writeSwitch(order));
    this.#point(to);
    const switchMs = clock.monotonic() - startedAt;
    store.deployments.recordSwitch(id, switchMs);
    this.#loaded.forgetSpares();
    publish({ type: 'deployment.changed', model: to.name, version: to.version });
    const event = store.deployments.get(id);
    if (!event) throw new Error(`bug: deployment event ${id} is gone`);
    return event;
  }

  #writeSwitch({ kind, to, reason, actor, comparison }: SwitchOrder): number {
    const { store, clock } = this.#options;
    store.models.setAlias(to.name, 'champion', to.version);
    store.models.dropAlias(to.name, 'challenger', to.version);
    return store.deployments.insert({
      model: to.name,
      kind,
      fromVersion: this.#champions.get(to.name)?.version ?? null,
      toVersion: to.version,
      reason,
      actor,
      at: clock.now(),
      comparison,
    });
  }

  #point(version: ModelVersion): void {
    this.#champions.set(version.name, version);
    this.#troubles.delete(version.name);
  }

  #choose(reference: string | undefined): ModelVersion {
    if (reference === undefined) return this.#onlyChampion();
    const { name, alias, version } = parseModelReference(reference);
    if (version !== undefined || alias === 'challenger') return this.#options.getVersion(reference);
    return this.#champions.get(name) ?? this.#options.getVersion(reference);
  }

  #onlyChampion(): ModelVersion {
    const [champion, ...others] = this.#champions.values();
    if (!champion) throw nothingInService();
    if (others.length > 0) throw ambiguousModel([...this.#champions.keys()]);
    return champion;
  }

  /** Loads a champion and the version that a rollback would lead to. */
  async #warmUp(champion: ModelVersion, onLoaded = () => {}): Promise<void> {
    try {
      await this.#loaded.load(champion);
      onLoaded();
      this.#troubles.delete(champion.name);
      this.#options.publish({
        type: 'deployment.changed',
        model: champion.name,
        version: champion.version,
      });
      const back = this.#findWayBack(champion.name);
      if (back !== null) await this.#loaded.load(this.#options.getVersion(`${champion.name}/${back}`));
    } catch (error) {
      this.#troubles.set(champion.name, error instanceof Error ? error.message : String(error));
      this.#options.log.error({ err: error }, `${keyOf(champion)} could not be put in service`);
    }
  }

  /** The champions and the versions that one rollback leads to. */
  #listPinned(): ReadonlySet<string> {
    const pinned = new Set<string>();
    for (const champion of this.#champions.values()) {
      pinned.add(keyOf(champion));
      const back = this.#findWayBack(champion.name);
      if (back !== null) pinned.add(`${champion.name}/${back}`);
    }
    return pinned;
  }

  #findWayBack(name: string): number | null {
    return findWayBack(this.#options.store.deployments.listSwitches(name));
  }

  #describe(name: string): ServingStatus {
    const champion = this.#champions.get(name);
    const trouble = this.#troubles.get(name) ?? this.#loaded.trouble;
    return {
      model: name,
      version: champion?.version ?? null,
      state: this.#stateOf(champion, trouble),
      provider: this.#loaded.provider,
      ...this.#traffic.describe(name),
      rollbackTo: this.#findWayBack(name),
      reason: trouble,
    };
  }

  #stateOf(champion: ModelVersion | undefined, trouble: string | null): ServingStatus['state'] {
    if (!champion || (!this.#isStarted && !this.#loaded.has(champion))) return 'idle';
    if (this.#loaded.isLoaded(champion)) return 'ready';
    return trouble === null ? 'loading' : 'failed';
  }
}

function readChampions({ store }: DeploymentOptions): Map<string, ModelVersion> {
  const champions = new Map<string, ModelVersion>();
  for (const { name, champion } of store.models.list()) {
    const version = champion === null ? undefined : store.models.findVersion(name, champion);
    if (version) champions.set(name, version);
  }
  return champions;
}

function toChallengerReference(model: string): string {
  const { name, alias, version } = parseModelReference(model);
  return alias === undefined && version === undefined ? `${name}@challenger` : model;
}
