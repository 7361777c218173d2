/** What the station and the worker that chooses the most diverse pictures tell each other. */
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';

/** What the job row keeps. */
export interface DiversifyRequest {
  /** Pictures to choose. */
  readonly count: number;
}

export interface DiversifySpec {
  readonly count: number;
  /** That nobody has labelled; descriptors `[n, descriptorBytes]` in their order. */
  readonly imageHashes: readonly ImageHash[];
  readonly descriptors: Uint8Array;
  /** Descriptors of labelled pictures. */
  readonly labelled: Uint8Array;
}

export interface DiversifyUpdate {
  /** In the order of the choice. */
  readonly chosen: readonly ImageHash[];
}

export interface DiversifyResult {
  readonly pictures: number;
}
