/** Orders by score that keep equals as they came, as COCO's mergesort does. */

/**
 * Sorts places by falling score, equals in the order in which they came (mergesort from the bottom up).
 * @param places `[n]`, changed
 * @param scores `[any]`, looked up by place
 */
export function sortByScore(places: Int32Array, scores: Float64Array): Int32Array {
  const runLength = 16;
  for (let start = 0; start < places.length; start += runLength) {
    insertByScore(places, start, Math.min(start + runLength, places.length), scores);
  }
  let from = places;
  let to = new Int32Array(places.length);
  for (let run = runLength; run < places.length; run *= 2) {
    for (let start = 0; start < places.length; start += 2 * run) {
      merge({ from, to, start, middle: Math.min(start + run, places.length), scores }, run);
    }
    [from, to] = [to as Int32Array<ArrayBuffer>, from as Int32Array<ArrayBuffer>];
  }
  if (from !== places) places.set(from);
  return places;
}

/** The same for a short stretch `[start, end)` of places. */
export function insertByScore(places: Int32Array, start: number, end: number, scores: Float64Array): void {
  for (let next = start + 1; next < end; next++) {
    const place = places[next] as number;
    const score = scores[place] as number;
    let at = next - 1;
    while (at >= start && (scores[places[at] as number] as number) < score) {
      places[at + 1] = places[at] as number;
      at--;
    }
    places[at + 1] = place;
  }
}

interface Merge {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly start: number;
  readonly middle: number;
  readonly scores: Float64Array;
}

function merge({ from, to, start, middle, scores }: Merge, run: number): void {
  const end = Math.min(middle + run, from.length);
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesLeft =
      left < middle &&
      (right >= end || (scores[from[left] as number] as number) >= (scores[from[right] as number] as number));
    to[at] = (takesLeft ? from[left++] : from[right++]) as number;
  }
}
