/**
 * Labels that were drawn on a picture as it is stored, by a tool that did not heed its EXIF orientation: they turn with it.
 * Only a size that is the stored one tells them apart; where both ways have the same size, labels are for the upright one.
 */
import type { PictureRecord, WrittenBox } from './picture-record.ts';

export interface OrientedPicture {
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** EXIF's, 1 to 8. */
  readonly orientation: number;
}

/** The record for the upright picture. */
export function turnUpright(record: PictureRecord, picture: OrientedPicture): PictureRecord {
  const turn = turns[picture.orientation];
  const { size, unit, boxes } = record;
  const { width, height } = picture;
  const isStored = size?.width === height && size.height === width && width !== height;
  if (!turn || !isStored) return record;
  const whole = unit === 'pixel' ? size : unit === 'percent' ? percent : share;
  return { ...record, size: { width, height }, boxes: boxes.map((box) => ({ ...box, ...turn(box, whole) })) };
}

interface Whole {
  readonly width: number;
  readonly height: number;
}

const share: Whole = { width: 1, height: 1 };
const percent: Whole = { width: 100, height: 100 };

type Corners = Pick<WrittenBox, 'left' | 'top' | 'right' | 'bottom'>;

/** Those that swap the sides (EXIF 2.32, 4.6.4, Orientation): from corners on the stored picture to the upright one. */
const turns: Readonly<Record<number, (box: Corners, stored: Whole) => Corners>> = {
  5: ({ left, top, right, bottom }) => ({ left: top, top: left, right: bottom, bottom: right }),
  6: ({ left, top, right, bottom }, { height }) => ({
    ...{ left: height - bottom, top: left },
    ...{ right: height - top, bottom: right },
  }),
  7: ({ left, top, right, bottom }, { width, height }) => ({
    ...{ left: height - bottom, top: width - right },
    ...{ right: height - top, bottom: width - left },
  }),
  8: ({ left, top, right, bottom }, { width }) => ({
    ...{ left: top, top: width - right },
    ...{ right: bottom, bottom: width - left },
  }),
};
