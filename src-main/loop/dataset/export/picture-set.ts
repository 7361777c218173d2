/** A dataset version as the formats write it: file names made unique, classes in the order of the model's outputs. */
import type { DatasetVersion } from '../../../../src-preload/contract/dataset.ts';
import { chooseFileNames } from '../../../formats/choose-file-names.ts';
import { isPictureName } from '../../../formats/source-folder.ts';
import type { ExportEntry } from '../../../store/tables/exports.ts';
import { compareNaturally } from '../natural-order.ts';
import type { PictureSet } from './export-job.ts';

/** Pictures by their names. In classification the boxes of pictures are no part of the version. */
export function toPictureSet(
  { name, task, classNames }: Pick<DatasetVersion, 'name' | 'task' | 'classNames'>,
  entries: readonly ExportEntry[],
): PictureSet {
  const sorted = [...entries].sort((first, second) => compareNaturally(first.fileName, second.fileName));
  const fileNames = chooseFileNames(sorted.map(withEnding));
  const pictures = sorted.map(({ imageHash, width, height, split, className, boxes, ...entry }, index) => ({
    ...{ imageHash, width, height, split },
    ...(entry.state !== 'labelled' && { state: entry.state }),
    ...(entry.model !== null && { model: entry.model }),
    fileName: fileNames[index] ?? '',
    tag: className,
    boxes: task === 'detection' ? boxes : [],
  }));
  const tags = pictures.map(({ tag }) => tag).filter((tag) => tag !== null);
  return {
    name,
    classNames: [...new Set([...classNames, ...tags])],
    pictures,
  };
}

/** Pictures of which the name is another than they came with. */
export function countRenamed({ pictures }: PictureSet, entries: readonly ExportEntry[]): number {
  const nameOf = new Map(entries.map(({ imageHash, fileName }) => [imageHash, fileName]));
  return pictures.filter(({ imageHash, fileName }) => nameOf.get(imageHash) !== fileName).length;
}

const endings: Readonly<Record<string, string>> = { jpeg: '.jpg', tiff: '.tif' };

/** Tools know pictures by the endings of their names. */
function withEnding({ fileName, format }: ExportEntry): string {
  return isPictureName(fileName) ? fileName : fileName + (endings[format] ?? `.${format}`);
}
