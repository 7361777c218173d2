/** What the station and the worker of an export tell each other. */
import type { ExportFormat } from '../../../../src-preload/contract/format.ts';
import type { ExportId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { ExportPicture, ExportSet } from '../../../formats/picture-record.ts';

/** What the job row keeps. */
export interface ExportJobRequest {
  readonly exportId: ExportId;
  /** `NAME@2` or `NAME@2/test`; `selection` where the pictures are named. */
  readonly reference: string;
  /** Chosen pictures, as they are labelled when the export begins. */
  readonly imageHashes?: readonly ImageHash[];
  readonly format: ExportFormat;
  /** Absolute. */
  readonly folder: string;
  readonly overwrite: boolean;
}

export interface ExportSpec {
  readonly format: ExportFormat;
  readonly folder: string;
  /** Beside the folder: where the export is made, and where what is replaced waits to be removed. */
  readonly workFolder: string;
  readonly overwrite: boolean;
  readonly set: PictureSet;
}

export interface PictureSet extends ExportSet {
  readonly pictures: readonly StoredPicture[];
}

export type StoredPicture = ExportPicture & { readonly imageHash: ImageHash };

export interface ExportResult {
  readonly pictures: number;
}
