/** A ThumbHash as the background of a tile: its mean colour at once, and the blurred picture as soon as it is decoded. */
import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

export interface PlaceholderStyle {
  readonly backgroundColor: string;
  /** Absent where only the mean colour is known. */
  readonly backgroundImage?: string;
}

/** Takes a third of a millisecond. Undefined for a picture without one, or with one that can not be read. */
export function toPlaceholderStyle(placeholder: string | null): PlaceholderStyle | undefined {
  return placeholder === null ? undefined : decode(placeholder);
}

/** Four characters that begin a placeholder. */
export const colorLength = 4;

/**
 * The mean colour at a place in a list of colours, undefined where it is not known. Its three bytes are lightness and two
 * chroma differences in 6 bits each, see `makePlaceholder`.
 */
export function toColorStyle(colors: string | undefined, index: number): PlaceholderStyle | undefined {
  const text = colors?.slice(index * colorLength, (index + 1) * colorLength);
  if (text === undefined || text.length < colorLength || text === '----') return undefined;
  return { backgroundColor: toMeanColor(toBytes(text)) };
}

function toBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function toMeanColor(hash: Uint8Array): string {
  const { r, g, b } = thumbHashToAverageRGBA(hash);
  const [red, green, blue] = [r, g, b].map((share) => Math.round(share * 255));
  return `rgb(${red} ${green} ${blue})`;
}

function decode(placeholder: string): PlaceholderStyle | undefined {
  try {
    const hash = toBytes(placeholder);
    return { backgroundColor: toMeanColor(hash), backgroundImage: `url(${thumbHashToDataURL(hash)})` };
  } catch {
    return undefined;
  }
}
