/** A picture brought to a detector's frame without a change of its shape: scaled to fit, the rest filled with grey. */
import { type Affine, chain, invert, scaling, translation } from './affine.ts';
import type { Size } from './box-geometry.ts';
import type { Pixels } from './resample.ts';

/** What fills the rest: the grey that the YOLO families are trained with. */
export const letterboxGrey = 114;

export interface Letterbox {
  readonly frame: Size;
  /** Of the scaled picture, in whole pixels. */
  readonly content: Size;
  /** Where in the frame the scaled picture begins. */
  readonly left: number;
  readonly top: number;
  /** From pixels of the picture to pixels of the frame. */
  readonly toFrame: Affine;
  readonly toPicture: Affine;
}

/** @param place `corner`: at the upper left, as YOLOX wants it */
export function fitLetterbox(picture: Size, frame: Size, place: 'centre' | 'corner' = 'centre'): Letterbox {
  const content = fitInside(picture, frame);
  const spare = place === 'corner' ? 0 : 0.5;
  const left = Math.floor(spare * (frame.width - content.width));
  const top = Math.floor(spare * (frame.height - content.height));
  const scale = scaling(content.width / picture.width, content.height / picture.height);
  const toFrame = chain(scale, translation(left, top));
  return { frame, content, left, top, toFrame, toPicture: invert(toFrame) };
}

/** The largest size of the picture's shape within the frame; at least a pixel each way. */
export function fitInside(picture: Size, frame: Size): Size {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const shrink = (side: number, most: number) => Math.min(most, Math.max(1, Math.round(side * scale)));
  return { width: shrink(picture.width, frame.width), height: shrink(picture.height, frame.height) };
}

/**
 * @param content RGB of the letterbox's content size
 * @param target `[frame.height, frame.width, 3]`
 */
export function drawLetterbox(content: Pixels, { frame, left, top }: Letterbox, target: Uint8Array): void {
  target.fill(letterboxGrey);
  const line = content.width * 3;
  for (let row = 0; row < content.height; row++) {
    const start = ((top + row) * frame.width + left) * 3;
    target.set(content.pixels.subarray(row * line, (row + 1) * line), start);
  }
}
