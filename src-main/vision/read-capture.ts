/** When a picture was taken and by which camera, from the EXIF block of its file; a picture without one tells nothing. */
import readExif, { type Exif } from 'exif-reader';
import sharp from 'sharp';
import { isBitmap } from './bitmap.ts';

export interface PictureCapture {
  /** Make and model in one; null where the file does not tell. */
  readonly camera: string | null;
  /** Milliseconds since 1970 in UTC; null where the file does not tell. */
  readonly capturedAt: number | null;
}

const untold: PictureCapture = { camera: null, capturedAt: null };

/** Reads the header alone. What is damaged in the block tells nothing: the picture is good without it. */
export async function readCapture(bytes: Uint8Array): Promise<PictureCapture> {
  if (isBitmap(bytes)) return untold;
  try {
    const { exif } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return exif === undefined ? untold : toCapture(readExif(exif));
  } catch {
    return untold;
  }
}

/**
 * The time of the shutter, else of the digitizing, else of the file as the camera wrote it. EXIF 2.32 (CIPA DC-008-2019),
 * section 4.6.5: times are local, and since 2.31 an offset can stand beside them; without one the station's own time
 * zone is taken for the camera's.
 */
export function toCapture({ Image: image, Photo: photo }: Exif): PictureCapture {
  const times = [
    [photo?.DateTimeOriginal, photo?.OffsetTimeOriginal],
    [photo?.DateTimeDigitized, photo?.OffsetTimeDigitized],
    [image?.DateTime, photo?.OffsetTime],
  ] as const;
  const found = times.map(([time, offset]) => toTimestamp(time, offset)).find((time) => time !== null);
  return { camera: toCamera(image?.Make, image?.Model), capturedAt: found ?? null };
}

const longestCamera = 120;

/** `Canon` and `Canon EOS R6` are one `Canon EOS R6`. */
function toCamera(make: unknown, model: unknown): string | null {
  const [maker, name] = [toWords(make), toWords(model)];
  const isInName = maker !== '' && name.toLowerCase().startsWith(maker.toLowerCase());
  const camera = (isInName ? name : `${maker} ${name}`).trim().slice(0, longestCamera);
  return camera === '' ? null : camera;
}

/** Cameras fill the field up with NUL or blanks; what is not ASCII comes as bytes. */
function toWords(value: unknown): string {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (typeof text !== 'string') return '';
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

const offsetPattern = /^([+-])(\d{2}):(\d{2})$/;

/** @param time its UTC parts are what the camera's clock showed */
function toTimestamp(time: unknown, offset: unknown): number | null {
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) return null;
  const told = typeof offset === 'string' ? offsetPattern.exec(offset.trim()) : null;
  const at = told ? time.getTime() - toOffsetMs(told) : toLocal(time);
  return at >= 0 ? at : null;
}

function toOffsetMs([, sign, hours, minutes]: RegExpExecArray): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function toLocal(time: Date): number {
  const day = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()] as const;
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()] as const;
  return new Date(...day, ...clock, time.getUTCMilliseconds()).getTime();
}
