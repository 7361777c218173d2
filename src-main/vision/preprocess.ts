/** From a picture's bytes to a model's input: the one path that training, evaluation and serving share. */
import { openPictureAsRgb, withPictureErrors } from './open-picture.ts';

export interface PictureInput {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 3 if absent; 1 for models of grey pictures. */
  readonly channels?: 1 | 3;
}

/**
 * The whole picture, squashed to the size: nothing at its edges is lost, where the sign that tells two classes
 * apart may well lie, and the pictures of one camera are all squashed alike.
 * @returns `[height, width, channels]`, 0 to 255
 * @throws {AppError} IMAGE_UNREADABLE, IMAGE_TOO_LARGE
 */
export function preparePicture(
  bytes: Uint8Array,
  { width, height, channels = 3 }: PictureInput,
): Promise<Uint8Array> {
  return withPictureErrors(bytes, () => {
    const rgb = openPictureAsRgb(bytes).resize(width, height, { fit: 'fill', kernel: 'cubic' });
    return (channels === 1 ? rgb.toColourspace('b-w') : rgb).raw().toBuffer();
  });
}
