/** What all annotation formats come down to: pictures with boxes, as they are read and as they are written. */
import type { BoxAttributes, BoxGeometry, LabelSource } from '../../src-preload/contract/annotation.ts';
import type { ErrorCode } from '../../src-preload/contract/errors.ts';
import type { Split } from '../../src-preload/contract/ids.ts';

/** What a box is in every format. */
export interface FormatBox extends BoxGeometry {
  readonly className: string;
  readonly score: number | null;
  readonly attributes: BoxAttributes;
}

/** A box as a file writes it, before its picture has been seen: nothing about it has been checked. */
export interface WrittenBox {
  readonly className: string;
  /** In the record's unit; NaN for what is no number. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly score: number | null;
  readonly attributes: BoxAttributes;
  /** Where in the file: "line 12", "annotation 7". */
  readonly place: string;
}

/** What a format says about one picture. */
export interface PictureRecord {
  /** Of the picture, within the source folder. */
  readonly picturePath: string;
  /** The file that says so, within the source folder. */
  readonly recordPath: string;
  /** Where in it, for a file about several pictures; null for a file of its own. */
  readonly place: string | null;
  readonly split: Split | null;
  /** Pixels, where the format tells: to be held against the picture. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** What the corners count: pixels, or a part of the width and height of which 1 or 100 is all. */
  readonly unit: 'pixel' | 'share' | 'percent';
  /** predicted: by a model, and nobody has looked; none: the format says nothing about the picture's labels. */
  readonly state: 'labelled' | 'predicted' | 'none';
  /** The name of the model, where the labels are predicted and it is told. */
  readonly model: string | null;
  /** The picture's own class. */
  readonly tag: string | null;
  /** Without any, a labelled picture is a background picture. */
  readonly boxes: readonly WrittenBox[];
}

/** Something that is set aside, and why. */
export interface Fault {
  /** Of the file that holds it, within the source folder. */
  readonly path: string;
  /** Where in the file; null: the file as a whole. */
  readonly place: string | null;
  readonly code: ErrorCode;
  readonly reason: string;
}

/** All that a format says about a source folder. */
export interface FormatReading {
  readonly records: readonly PictureRecord[];
  /** In the order of the format; those that only the boxes name are not among them. */
  readonly classNames: readonly string[];
  readonly faults: readonly Fault[];
}

export interface ExportBox extends FormatBox {
  readonly source: LabelSource;
}

/** A picture to be written. */
export interface ExportPicture {
  /** Unique among all pictures, also without its ending and in any case; no folders, no spaces. */
  readonly fileName: string;
  /** Pixels of the upright picture. */
  readonly width: number;
  readonly height: number;
  readonly split: Split;
  /** Absent: labelled. predicted: a model's suggestion that nobody has accepted; none: nobody has labelled it. */
  readonly state?: 'predicted' | 'none';
  /** Of a suggestion. */
  readonly model?: string;
  readonly tag: string | null;
  readonly boxes: readonly ExportBox[];
}

export interface ExportSet {
  readonly name: string;
  /** In the order in which classes are numbered. */
  readonly classNames: readonly string[];
  readonly pictures: readonly ExportPicture[];
}

/** A text file of an export. */
export interface ExportFile {
  /** Within the export's folder, with `/`. */
  readonly path: string;
  readonly chunks: Iterable<string>;
}

/** How a format is written. */
export interface FormatWriter {
  /** Where a picture goes within the export's folder, with `/`. */
  toPicturePath(picture: ExportPicture): string;
  listFiles(set: ExportSet): Iterable<ExportFile>;
}
