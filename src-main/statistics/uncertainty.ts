/** How unsure a model is of a picture: the measures by which a person is shown first what a model learns most from. */
import { type ClassedBox, measureIou } from './match-boxes.ts';

/** All 0 where the model is sure, and rising to 1 where it can not tell. */
export interface ClassUncertainty {
  /** 1 − P(first): how far the most probable class is from certain. Settles 2009, section 3.1, equation x_LC. */
  readonly leastConfidence: number;
  /** 1 − (P(first) − P(second)): how close the two most probable classes are. Settles 2009, section 3.1, x_M. */
  readonly margin: number;
  /** −Σ P log P over all classes, as a share of its maximum log n. Settles 2009, section 3.1, x_H. */
  readonly entropy: number;
}

/**
 * Settles 2009, "Active Learning Literature Survey", University of Wisconsin–Madison, technical report 1648.
 * @param probabilities of all classes, of sum 1
 */
export function measureClassUncertainty(probabilities: ArrayLike<number>): ClassUncertainty {
  let [first, second, sum] = [0, 0, 0];
  for (let index = 0; index < probabilities.length; index++) {
    const probability = probabilities[index] ?? 0;
    if (probability > 0) sum -= probability * Math.log(probability);
    if (probability > first) [first, second] = [probability, first];
    else if (probability > second) second = probability;
  }
  const most = Math.log(Math.max(2, probabilities.length));
  return { leastConfidence: 1 - first, margin: 1 - (first - second), entropy: Math.min(1, sum / most) };
}

export interface ScoredBox extends ClassedBox {
  /** 0 to 1. */
  readonly score: number;
}

export interface BoxUncertainty {
  /** 1 − the lowest score among the boxes that are drawn; where none is, the highest score of those that are not. */
  readonly lowestBox: number;
  /** Of what the picture's places tell, the most ambiguous one, their mean, and their sum; 0 without a box. */
  readonly boxMax: number;
  readonly boxMean: number;
  readonly boxSum: number;
}

/** From this overlap on boxes of two classes are told of the same place. */
const samePlace = 0.5;

/**
 * A place is a box with the boxes of other classes that overlap it and are less sure. Its ambiguity is (1 − margin)², the
 * margin being the difference of the two highest among the scores told of the place and 1 − the highest of them, which
 * is that there is nothing. Brust, Käding and Denzler 2019, "Active Learning for Deep Object Detection", section 3: the
 * 1-vs-2 metric with its three aggregations; the outcome "nothing" stands in for the background class that detectors of
 * one score a class do not tell.
 * @param boxes of one picture, duplicates of one class suppressed, also those that are too unsure to be drawn
 * @param drawnFrom score from which on boxes are drawn
 */
export function measureBoxUncertainty(boxes: readonly ScoredBox[], drawnFrom: number): BoxUncertainty {
  const scores = boxes.map(({ score }) => score);
  const drawn = scores.filter((score) => score >= drawnFrom);
  const ambiguities = listPlaces(boxes).map(measureAmbiguity);
  const sum = ambiguities.reduce((total, value) => total + value, 0);
  return {
    lowestBox: drawn.length > 0 ? 1 - Math.min(...drawn) : Math.max(0, ...scores),
    boxMax: Math.max(0, ...ambiguities),
    boxMean: ambiguities.length === 0 ? 0 : sum / ambiguities.length,
    boxSum: sum,
  };
}

/** The scores told of each place, the highest first. */
function listPlaces(boxes: readonly ScoredBox[]): number[][] {
  const places: { readonly box: ScoredBox; readonly scores: number[] }[] = [];
  for (const box of boxes.toSorted((first, second) => second.score - first.score)) {
    const place = places.find(
      (known) => known.box.className !== box.className && measureIou(known.box, box) >= samePlace,
    );
    if (place) place.scores.push(box.score);
    else places.push({ box, scores: [box.score] });
  }
  return places.map(({ scores }) => scores);
}

function measureAmbiguity(scores: readonly number[]): number {
  const highest = scores[0] ?? 0;
  const [first = 0, second = 0] = [...scores, 1 - highest].toSorted((a, b) => b - a);
  return (1 - (first - second)) ** 2;
}
