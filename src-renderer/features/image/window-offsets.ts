/** Which windows of a long list are read for the part of it that is in view. */

/** Pictures that are asked for at once. */
export const windowSize = 200;

/** Offsets of the windows around the positions `first` to `last`. */
export function windowOffsets(first: number, last: number): number[] {
  const start = Math.max(0, Math.floor(first / windowSize) - (first % windowSize < windowSize / 4 ? 1 : 0));
  const end = Math.floor(last / windowSize) + (last % windowSize > (windowSize * 3) / 4 ? 1 : 0);
  return Array.from({ length: end - start + 1 }, (_, index) => (start + index) * windowSize);
}
