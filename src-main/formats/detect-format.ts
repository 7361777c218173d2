/** Finds out which annotation format a folder holds, by the names and the first bytes of its files. */
import type { AnnotationFormat } from '../../src-preload/contract/format.ts';
import { AppError } from '../base/app-error.ts';
import { findColumns } from './csv-columns.ts';
import { indexPictures, nameOf, type SourceFolder, withoutEnding } from './source-folder.ts';

/** Files of a kind that are looked into: the rest of a folder is like its first. */
const lookedInto = 8;

/** Undefined: pictures alone, or something else. */
export async function detectFormat(folder: SourceFolder): Promise<AnnotationFormat | undefined> {
  return (
    (await findIn(folder, /\.xml$/i, readXmlFormat)) ??
    (holdsYolo(folder) ? 'yolo' : undefined) ??
    (await findIn(folder, /\.json$/i, readJsonFormat)) ??
    (await findIn(folder, /\.(csv|tsv)$/i, readCsvFormat))
  );
}

async function findIn(
  folder: SourceFolder,
  ending: RegExp,
  read: (head: string, path: string) => AnnotationFormat | undefined,
): Promise<AnnotationFormat | undefined> {
  for (const path of folder.paths.filter((name) => ending.test(name)).slice(0, lookedInto)) {
    const format = read(await folder.readHead(path), path);
    if (format) return format;
  }
  return undefined;
}

/** By the root element. */
function readXmlFormat(head: string): AnnotationFormat | undefined {
  const root = /<([A-Za-z]\w*)/.exec(head.replaceAll(/<!--[\s\S]*?-->/g, ''))?.[1];
  if (root === 'annotation') return 'voc';
  return root === 'annotations' ? 'cvat' : undefined;
}

function readJsonFormat(head: string): AnnotationFormat | undefined {
  const start = head.trimStart();
  if (
    start.startsWith('[') &&
    /"data"\s*:/.test(head) &&
    /"(annotations|completions|predictions|result)"/.test(head)
  )
    return 'label-studio';
  return start.startsWith('{') && /"(images|annotations|categories)"\s*:\s*\[/.test(head)
    ? 'coco'
    : undefined;
}

/** Rows of the head; the last may be cut. */
const lookedAtRows = 50;

function toCells(line: string): string[] {
  return line.split(/[,;\t]/).map((cell) => cell.replaceAll('"', '').trim());
}

/** A table of classes alone says less than folders do, unless its name says what it is. */
function readCsvFormat(head: string, path: string): AnnotationFormat | undefined {
  const rows = head.split(/[\r\n]+/, lookedAtRows).map(toCells);
  try {
    const { geometry } = findColumns(path, rows);
    return geometry || nameOf(path) === '_annotations.csv' ? 'csv' : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** Names of classes, and a txt file for a picture. */
function holdsYolo(folder: SourceFolder): boolean {
  const hasNames = folder.paths.some((path) => /(^|\/)([^/]*\.ya?ml|classes\.txt|[^/]*\.names)$/i.test(path));
  if (!hasNames) return false;
  const pictures = new Set(indexPictures(folder).paths.map((path) => nameOf(withoutEnding(path))));
  return folder.paths.some((path) => /\.txt$/i.test(path) && pictures.has(nameOf(withoutEnding(path))));
}
