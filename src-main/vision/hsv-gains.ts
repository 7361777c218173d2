/**
 * Hue, saturation and value of pixels changed as RandomHSV of Ultralytics and YOLOX does (Redmon and Farhadi 2018):
 * the hue moves on its circle, saturation and value are multiplied and stop at 1. Of its three lookup tables those of
 * saturation and value are kept; the hue is exact here, not one of 180 steps.
 */

export interface HsvGains {
  /** Share of the whole circle by which the hue moves. */
  readonly turn: number;
  /** Factors. */
  readonly saturation: number;
  readonly value: number;
}

/** Places of the highest, the middle and the lowest channel in each sixth of the circle of hues, red first. */
const places = Uint8Array.of(0, 1, 2, 1, 0, 2, 1, 2, 0, 2, 1, 0, 2, 0, 1, 0, 2, 1);
/** 1 / n for a difference of n levels. */
const inverse = Float64Array.from({ length: 256 }, (_, level) => (level === 0 ? 0 : 1 / level));

/** Changes the pixels of RGB from the index of the first one's red to that after the last one's blue, in place. */
export type ChangeColours = (pixels: Uint8Array, start: number, end: number) => void;

/** @returns undefined for gains that change nothing */
export function createColourChange(gains: HsvGains): ChangeColours | undefined {
  const { turn, saturation, value } = gains;
  if (turn === 0 && saturation === 1 && value === 1) return undefined;
  const values = Float64Array.from({ length: 256 }, (_, level) => Math.min(255, value * level));
  const shift = 6 * (turn - Math.floor(turn));
  return (pixels, start, end) => changeColours(pixels, start, end, { shift, saturation, values });
}

interface Change {
  /** Of the hue, in sixths of the circle, 0 to 6. */
  readonly shift: number;
  readonly saturation: number;
  /** `[256]`: the new value of each. */
  readonly values: Float64Array;
}

function changeColours(
  pixels: Uint8Array,
  start: number,
  end: number,
  { shift, saturation, values }: Change,
): void {
  for (let at = start; at < end; at += 3) {
    const red = pixels[at] as number;
    const green = pixels[at + 1] as number;
    const blue = pixels[at + 2] as number;
    const highest = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    const lowest = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
    const chroma = highest - lowest;
    const top = values[highest] as number;
    if (chroma === 0) {
      pixels[at] = pixels[at + 1] = pixels[at + 2] = (top + 0.5) | 0;
      continue;
    }
    // In sixths of the circle, from -1 upwards.
    const share = inverse[chroma] as number;
    const hue =
      highest === red
        ? (green - blue) * share
        : highest === green
          ? 2 + (blue - red) * share
          : 4 + (red - green) * share;
    const moved = hue + shift;
    const round = moved < 0 ? moved + 6 : moved >= 6 ? moved - 6 : moved;
    const sixth = round | 0;
    const part = round - sixth;
    const purity = saturation * chroma * (inverse[highest] as number);
    const reach = purity < 1 ? top * purity : top;
    const bottom = top - reach;
    const place = 3 * (sixth < 6 ? sixth : 0);
    pixels[at + (places[place] as number)] = (top + 0.5) | 0;
    pixels[at + (places[place + 1] as number)] = (bottom + reach * (sixth & 1 ? 1 - part : part) + 0.5) | 0;
    pixels[at + (places[place + 2] as number)] = (bottom + 0.5) | 0;
  }
}
