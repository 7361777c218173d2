/** What a detector's training takes of memory, from figures measured on the CPU. */

export interface DetectorSize {
  readonly architecture: string;
  readonly imageSize: number;
  readonly batchSize: number;
}

/** Of the process with its runtime, before the first step. */
const baseBytes = 470 * 2 ** 20;

/** Of the tensors that a step keeps for its gradients, for each picture of 320 × 320: of the nano measured, of the others by their channels and depth. */
const bytesPerPicture: Readonly<Record<string, number>> = {
  'detector-nano': 105 * 2 ** 20,
  'detector-small': 210 * 2 ** 20,
  'detector-medium': 600 * 2 ** 20,
};

/** Where no figure is known: of a foreign model. */
const unknownBytes = 105 * 2 ** 20;

export function estimateDetectorMemory({ architecture, imageSize, batchSize }: DetectorSize): number {
  const perPicture = (bytesPerPicture[architecture] ?? unknownBytes) * (imageSize / 320) ** 2;
  return baseBytes + batchSize * perPicture;
}
