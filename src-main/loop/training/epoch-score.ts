/** Which epoch's weights a run keeps, and when it has waited long enough for better ones. */

/** What an epoch is judged by: the validation pictures, or the training pictures where there are none. */
export interface EpochScore {
  readonly accuracy: number;
  readonly loss: number;
  /** Pictures that were judged. */
  readonly count: number;
}

export interface Standing {
  /** 1-based; 0 before the first epoch. */
  readonly bestEpoch: number;
  readonly best: EpochScore | null;
  /** The lowest loss of any epoch. */
  readonly lowestLoss: number | null;
  /** Epochs in a row with neither a new best epoch nor a new lowest loss. */
  readonly epochsWithout: number;
}

export const initialStanding: Standing = { bestEpoch: 0, best: null, lowestLoss: null, epochsWithout: 0 };

/**
 * The best epoch has the highest accuracy, of equals the lowest loss, of equals the latest. Accuracies within one
 * standard error or one picture are equal: on fifty pictures a single one is no reason to keep weights from long
 * before the end. Patience counts epochs that improve neither accuracy nor loss.
 * @param epoch 1-based
 */
export function judgeEpoch(standing: Standing, epoch: number, score: EpochScore): Standing {
  const isBest = standing.best === null || isAtLeastAsGood(score, standing.best);
  const isLowest = standing.lowestLoss === null || score.loss < standing.lowestLoss;
  return {
    bestEpoch: isBest ? epoch : standing.bestEpoch,
    best: isBest ? score : standing.best,
    lowestLoss: isLowest ? score.loss : standing.lowestLoss,
    epochsWithout: isBest || isLowest ? 0 : standing.epochsWithout + 1,
  };
}

/** @param patience 0 never runs out */
export function hasPatienceRunOut(standing: Standing, patience: number): boolean {
  return patience > 0 && standing.epochsWithout >= patience;
}

function isAtLeastAsGood(score: EpochScore, best: EpochScore): boolean {
  const difference = score.accuracy - best.accuracy;
  if (Math.abs(difference) > toleranceOf(best)) return difference > 0;
  return score.loss <= best.loss;
}

/** One standard error of a binomial share, one picture at least. */
function toleranceOf({ accuracy, count }: EpochScore): number {
  const rounding = 1e-9;
  return Math.max(1 / count, Math.sqrt((accuracy * (1 - accuracy)) / count)) + rounding;
}
