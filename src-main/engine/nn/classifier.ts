/** Our image classifiers: what they are made of, what they cost, and their seeded initial weights. */

export type ArchitectureName = 'classifier-nano' | 'classifier-small';

export interface ClassifierArchitecture {
  readonly name: ArchitectureName;
  /** One sentence for a person who has to choose. */
  readonly description: string;
  /** Trainable parameters of the network with that many classes. */
  countParameters(classes: number): number;
  /** Floating-point operations (a multiply-add is two) of one forward pass over one square image. */
  countFlops(imageSize: number, classes: number): number;
}

export interface ClassifierOptions {
  readonly architecture: ArchitectureName;
  /** Number of classes, at least two. */
  readonly classes: number;
  /** Height and width of the square input in pixels, 16 to 1024. */
  readonly imageSize: number;
  /** Colour channels of the pictures: RGB. */
  readonly channels?: 3;
  /** Names the random stream of the initial weights. */
  readonly seed: number;
}

/** A classifier's definition with its initial weights; immutable, the trainer works on copies. */
export interface Classifier {
  readonly architecture: ArchitectureName;
  readonly classes: number;
  readonly imageSize: number;
  readonly channels: 3;
}

export const classifierArchitectures: readonly ClassifierArchitecture[] = [];

/** @throws AppError GRAPH_INVALID for an unknown architecture, fewer than two classes or an unusable size. */
export function createClassifier(_options: ClassifierOptions): Classifier {
  throw new Error('bug: not built yet');
}
