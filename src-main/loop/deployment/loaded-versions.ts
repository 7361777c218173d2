/** Model versions in the serving worker: loaded when asked for, and kept there as long as they may be needed again. */
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { WorkerLauncher } from '../../jobs/worker-port.ts';
import type { Store } from '../../store/store.ts';
import {
  defaultServingLimits,
  type ServedFile,
  type ServingLimits,
  ServingProcess,
} from './serving-process.ts';
import type { ServedAnswer, ServedQuestion, ServingProvider } from './serving-protocol.ts';

export interface LoadedVersionsOptions {
  readonly store: Pick<Store, 'blobs'>;
  readonly launcher: WorkerLauncher;
  readonly clock: Clock;
  readonly log: Log;
  /** The provider that serves now. */
  readonly chooseProvider: () => ServingProvider | Promise<ServingProvider>;
  /** CPU threads of a served model; 1 if absent, which answers small nets fastest and leaves room for a training. */
  readonly threads?: number;
  readonly limits?: Partial<ServingLimits>;
}

/** Versions kept loaded beside those that are pinned. */
const sparesKept = 4;

export class LoadedVersions {
  readonly #options: LoadedVersionsOptions;
  readonly #listPinned: () => ReadonlySet<string>;
  readonly #serving: ServingProcess;
  /** Keys of loaded versions, the least recently used first. */
  readonly #recent = new Set<string>();
  #provider: ServingProvider | undefined;

  /** @param listPinned keys of the versions that stay loaded */
  constructor(options: LoadedVersionsOptions, listPinned: () => ReadonlySet<string>) {
    this.#options = options;
    this.#listPinned = listPinned;
    this.#serving = new ServingProcess({
      ...options,
      limits: { ...defaultServingLimits, ...options.limits },
    });
  }

  get workerPid(): number | undefined {
    return this.#serving.pid;
  }

  /** Why nothing can be answered, null while it can or has not been tried. */
  get trouble(): string | null {
    return this.#serving.trouble;
  }

  /** Null before the first load. */
  get provider(): ServingProvider | null {
    return this.#provider ?? null;
  }

  has(version: ModelVersion): boolean {
    return this.#serving.has(keyOf(version));
  }

  isLoaded(version: ModelVersion): boolean {
    return this.#serving.isLoaded(keyOf(version));
  }

  /** @throws as `ServingProcess.predict` */
  async predict(version: ModelVersion, picture: Uint8Array, asked: ServedQuestion): Promise<ServedAnswer> {
    const provider = await this.#chooseProvider();
    return this.#serving.predict(this.#use(version, provider), picture, asked);
  }

  /** @throws as `ServingProcess.load` */
  async load(version: ModelVersion): Promise<void> {
    const provider = await this.#chooseProvider();
    await this.#serving.load(this.#use(version, provider));
  }

  /** To be called when what is pinned has changed. */
  forgetSpares(): void {
    const pinned = this.#listPinned();
    const spares = [...this.#recent].filter((key) => !pinned.has(key));
    for (const key of spares.slice(0, -sparesKept)) {
      this.#recent.delete(key);
      this.#serving.unload(key);
    }
  }

  close(): void {
    this.#serving.close();
  }

  /** Once: what was loaded stays where it is. */
  async #chooseProvider(): Promise<ServingProvider> {
    this.#provider ??= await this.#options.chooseProvider();
    return this.#provider;
  }

  #use(version: ModelVersion, provider: ServingProvider): ServedFile {
    const { store, threads = 1 } = this.#options;
    const key = keyOf(version);
    this.#touch(key);
    return { key, file: store.blobs.pathOf(version.blobHash), provider, threads };
  }

  #touch(key: string): void {
    const isKnown = this.#recent.delete(key);
    this.#recent.add(key);
    if (!isKnown) this.forgetSpares();
  }
}

export function keyOf({ name, version }: Pick<ModelVersion, 'name' | 'version'>): string {
  return `${name}/${version}`;
}
