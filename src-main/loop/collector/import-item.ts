/** One file, or one picture within a file, that an import has to deal with. */
import type { Split } from '../../../src-preload/contract/ids.ts';
import type { AppError } from '../../base/app-error.ts';
import type { PictureRecord } from '../../formats/picture-record.ts';
import type { NewImage } from '../../store/tables/images.ts';
import type { PictureQuality } from '../../vision/picture-quality.ts';
import type { ImageFacts } from '../../vision/read-facts.ts';
import type { PictureShape } from '../../vision/thumbnail.ts';

export interface ImportItem {
  /** Unique within the import, and the same whenever the import starts again. */
  readonly path: string;
  readonly fileName: string;
  readonly className: string | null;
  readonly split: Split | null;
  /** What a label file says about the picture, in the classes of the station; null where there is none. */
  readonly record: PictureRecord | null;
  /** @throws {AppError} what is wrong with the file */
  read(): Promise<PictureContent>;
}

export interface PictureContent {
  readonly bytes: Uint8Array;
  readonly facts: PictureShape & Partial<Pick<ImageFacts, 'orientation'>>;
  readonly quality: PictureQuality;
  /** Possibly the same bytes. */
  readonly thumbnail: Uint8Array;
  readonly origin: PictureOrigin;
}

/** When and by what it was taken, as far as the file tells, and what stands in for it. */
export type PictureOrigin = Pick<NewImage, 'camera' | 'capturedAt' | 'fileTime' | 'placeholder'>;

/** An item that is known to be wrong before it is read. */
export function createFaultyItem(path: string, error: AppError): ImportItem {
  return {
    path,
    fileName: path,
    className: null,
    split: null,
    record: null,
    read: () => Promise.reject(error),
  };
}
