/** What the station and the worker of an import tell each other. */
import type { ImportFormat } from '../../../src-preload/contract/collector.ts';
import type { ErrorCode } from '../../../src-preload/contract/errors.ts';
import type { BlobHash, ImageHash, ImportId, Split, UploadId } from '../../../src-preload/contract/ids.ts';
import type { FormatBox } from '../../formats/picture-record.ts';
import type { ImportFault } from '../../store/tables/imports.ts';
import type { PictureQuality } from '../../vision/picture-quality.ts';
import type { PictureOrigin } from './import-item.ts';

/** What the job row keeps. */
export interface ImportJobRequest {
  readonly importId: ImportId;
  /** Absolute; none for an upload. */
  readonly paths: readonly string[];
  readonly uploadId: UploadId | null;
  readonly format: ImportFormat;
  readonly labelsPath: string | null;
  readonly split: Split | null;
}

export interface ImportSpec {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Files are named from here on; null: by their absolute path. */
  readonly namedFrom: string | null;
  readonly format: ImportFormat;
  readonly labelsPath: string | null;
  /** Overrules what folders say. */
  readonly split: Split | null;
  /** The station's own data folder, which is never walked into. */
  readonly dataDir: string;
  /** Names of the files dealt with before an interruption. */
  readonly donePaths: readonly string[];
}

export interface ImportUpdate {
  /** Told once, when it has been found out. */
  readonly format?: Exclude<ImportFormat, 'auto'>;
  /** Classes in the order in which they are to stand, where the order of the files would give another. */
  readonly classNames?: readonly string[];
  /** Parts of label files that were set aside; the same again when the import goes on after an interruption. */
  readonly faults?: readonly ImportFault[];
  readonly files: readonly ImportedFile[];
}

export type ImportedFile = ImportedPicture | RejectedFile;

/** Its blobs are durable. */
export interface ImportedPicture {
  readonly outcome: 'picture';
  /** Unique within the import. */
  readonly path: string;
  readonly hash: ImageHash;
  readonly thumbnailHash: BlobHash;
  readonly fileName: string;
  /** Pixels, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly format: string;
  readonly quality: PictureQuality;
  readonly origin: PictureOrigin;
  readonly className: string | null;
  readonly split: Split | null;
  readonly labels: ImportedLabels;
}

/** What a label file gives a picture. */
export interface ImportedLabels {
  /** none: no label file speaks of the picture, or its labels are for another size. */
  readonly state: 'labelled' | 'predicted' | 'none';
  /** Null: nothing is said about boxes. */
  readonly boxes: readonly FormatBox[] | null;
  /** Boxes that were cut at the picture's edge. */
  readonly clipped: number;
  /** Of predicted boxes, where it is told. */
  readonly model: string | null;
  /** Boxes that were set aside. */
  readonly faults: readonly ImportFault[];
  /** Why all labels were set aside. */
  readonly problem: { readonly code: ErrorCode; readonly reason: string } | null;
}

export interface RejectedFile {
  readonly outcome: 'rejected';
  readonly path: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

export interface ImportResult {
  /** Files dealt with, in all attempts together. */
  readonly files: number;
}
