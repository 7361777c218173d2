/** The annotation formats by name: how each is read and written. */
import type { AnnotationFormat, ExportFormat } from '../../src-preload/contract/format.ts';
import type { FormatReading, FormatWriter } from './picture-record.ts';
import { readCoco } from './read-coco.ts';
import type { ReadContext } from './read-context.ts';
import { readCsv } from './read-csv.ts';
import { readCvat } from './read-cvat.ts';
import { readLabelStudio } from './read-label-studio.ts';
import { readVoc } from './read-voc.ts';
import { readYolo } from './read-yolo.ts';
import { cocoWriter } from './write-coco.ts';
import { csvWriter } from './write-csv.ts';
import { cvatWriter } from './write-cvat.ts';
import { folderWriter } from './write-folder.ts';
import { labelStudioWriter } from './write-label-studio.ts';
import { vocWriter } from './write-voc.ts';
import { yoloWriter } from './write-yolo.ts';

/**
 * What cannot be read is a fault of its file, or of a place in it.
 * @throws {AppError} IMPORT_FORMAT_INVALID where a file that all the others need cannot be read
 */
export const formatReaders = {
  voc: readVoc,
  coco: readCoco,
  yolo: readYolo,
  csv: readCsv,
  'label-studio': readLabelStudio,
  cvat: readCvat,
} as const satisfies Record<AnnotationFormat, (context: ReadContext) => Promise<FormatReading>>;

export const formatWriters = {
  voc: vocWriter,
  coco: cocoWriter,
  yolo: yoloWriter,
  csv: csvWriter,
  'label-studio': labelStudioWriter,
  cvat: cvatWriter,
  folder: folderWriter,
} as const satisfies Record<ExportFormat, FormatWriter>;
