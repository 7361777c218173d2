/** What the station and the worker that measures pictures tell each other. */
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { ImageOrigin } from '../../../store/tables/images.ts';
import type { PictureQuality } from '../../../vision/picture-quality.ts';

export interface MeasuredPicture {
  readonly imageHash: ImageHash;
  readonly quality: PictureQuality;
  readonly origin: ImageOrigin;
}

export interface MeasureSpec {
  /** Not measured yet; sizes in pixels of the upright picture. */
  readonly pictures: readonly {
    readonly imageHash: ImageHash;
    readonly width: number;
    readonly height: number;
  }[];
}

export interface MeasureUpdate {
  readonly measured: readonly MeasuredPicture[];
}

export interface MeasureResult {
  readonly pictures: number;
}
