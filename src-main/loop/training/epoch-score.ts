/** Which epoch's weights a run keeps, and when it has waited long enough for better ones. */

/** What an epoch is judged by: the validation pictures, or the training pictures where there are none. */
export interface EpochScore {
  /** The higher the better: accuracy, or the fitness of a detector. */
  readonly quality: number;
  readonly loss: number;
  /** Qualities that differ by no more are equal. */
  readonly tolerance: number;
}

/**
 * Accuracies within one standard error of a binomial share, or within one picture, are equal: on fifty pictures a
 * single one is no reason to keep weights from long before the end.
 * @param count pictures that were judged
 */
export function scoreAccuracy(accuracy: number, loss: number, count: number): EpochScore {
  const deviation = Math.sqrt((accuracy * (1 - accuracy)) / count);
  return { quality: accuracy, loss, tolerance: Math.max(1 / count, deviation) };
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
 * The best epoch has the highest quality, of equals the lowest loss, of equals the latest. Patience counts epochs that
 * improve neither quality nor loss.
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
  const rounding = 1e-9;
  const difference = score.quality - best.quality;
  if (Math.abs(difference) > best.tolerance + rounding) return difference > 0;
  return score.loss <= best.loss;
}
