/** A box as it is drawn on a picture. */

/** Pixels of the picture; x and y are the upper left corner. */
export interface DrawnBox {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly color: string;
  /** Written above the box; null for none. */
  readonly label: string | null;
  /** What is written where the label is wider than its box. */
  readonly shortLabel: string;
  readonly isDashed: boolean;
  /** Drawn faintly: there, but not what is meant. */
  readonly isFaint: boolean;
}
