/** A source folder whose files are texts in memory; pictures are names alone. */
import { AppError } from '../../../src-main/base/app-error.ts';
import { formatReaders, formatWriters } from '../../../src-main/formats/formats.ts';
import type { ExportSet, FormatReading } from '../../../src-main/formats/picture-record.ts';
import { placeBoxes } from '../../../src-main/formats/place-boxes.ts';
import { createReadContext } from '../../../src-main/formats/read-context.ts';
import type { SourceFolder } from '../../../src-main/formats/source-folder.ts';
import type { AnnotationFormat } from '../../../src-preload/contract/format.ts';

export function createMemoryFolder(files: Readonly<Record<string, string>>): SourceFolder {
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`bug: the test has no file ${path}`);
    return text;
  };
  return {
    paths: Object.keys(files),
    readText: async (path, largestBytes) => {
      const text = read(path);
      if (text.length > largestBytes) throw new AppError('IMPORT_FORMAT_INVALID', `${path} is too large`);
      return text;
    },
    readHead: async (path) => read(path).slice(0, 4_096),
  };
}

export function readFiles(
  format: AnnotationFormat,
  files: Readonly<Record<string, string>>,
): Promise<FormatReading> {
  return formatReaders[format](createReadContext(createMemoryFolder(files), new AbortController().signal));
}

/** The files of an export, its pictures empty. */
export function writeFiles(format: AnnotationFormat, set: ExportSet): Record<string, string> {
  const writer = formatWriters[format];
  const texts = [...writer.listFiles(set)].map(({ path, chunks }) => [path, [...chunks].join('')] as const);
  return Object.fromEntries([
    ...set.pictures.map((picture) => [writer.toPicturePath(picture), ''] as const),
    ...texts,
  ]);
}

/** A reading by the name of the picture, its boxes placed, as an export set has them. */
export function summarize(
  reading: FormatReading,
  sizes: ReadonlyMap<string, { width: number; height: number }>,
) {
  const pictures = reading.records.map((record) => {
    const name = record.picturePath.slice(record.picturePath.lastIndexOf('/') + 1);
    const size = sizes.get(name) ?? record.size ?? { width: 0, height: 0 };
    const { boxes, faults } = placeBoxes(record, size);
    return [name, { split: record.split, tag: record.tag, state: record.state, boxes, faults }] as const;
  });
  return new Map(pictures);
}
