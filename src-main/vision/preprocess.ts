/** From a picture's bytes to a model's input: the one path that training, evaluation and serving share. */
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';
import { decodePlainPng } from './plain-png.ts';
import { type Pixels, resample } from './resample.ts';

export interface PictureInput {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 3 if absent; 1 for models of grey pictures. */
  readonly channels?: 1 | 3;
}

/**
 * The whole picture, squashed to the size by a cubic filter: nothing at its edges is lost, where the sign that tells
 * two classes apart may well lie, and the pictures of one camera are all squashed alike.
 * @returns `[height, width, channels]`, 0 to 255
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export async function preparePicture(bytes: Uint8Array, input: PictureInput): Promise<Uint8Array> {
  const { width, height, channels = 3 } = input;
  const plain = decodePlainPng(bytes);
  const pixels = plain ? { ...plain, channels: 1 } : await decodeShrunk(bytes, { width, height, channels });
  const fitted = resample(pixels, width, height);
  return pixels.channels === channels ? fitted : toRgb(fitted);
}

/** Shrunk where the picture is larger than wanted, each side by itself; not enlarged. */
function decodeShrunk(
  bytes: Uint8Array,
  { width, height, channels }: Required<PictureInput>,
): Promise<Pixels> {
  return withPictureErrors(bytes, async () => {
    const rgb = openPictureAsRgb(bytes).resize(width, height, {
      fit: 'fill',
      kernel: 'cubic',
      withoutEnlargement: true,
    });
    const { data, info } = await (channels === 1 ? rgb.toColourspace('b-w') : rgb)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height, channels: info.channels };
  });
}

/** `[n]` to `[n, 3]` */
function toRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let index = 0; index < grey.length; index++) {
    const level = grey[index] as number;
    rgb[3 * index] = level;
    rgb[3 * index + 1] = level;
    rgb[3 * index + 2] = level;
  }
  return rgb;
}
