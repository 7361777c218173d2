/** Reads CSV with a row per box: corners, or a corner and a size, or a centre and a size; in pixels or in shares. */
import { parse } from 'csv-parse/sync';
import type { Split } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import { type CsvColumns, findColumns, type Geometry } from './csv-columns.ts';
import { fromDecimal } from './decimal.ts';
import { scoreOf, sizeOf } from './json-text.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import type { ReadContext } from './read-context.ts';
import { folderOf, nameOf } from './source-folder.ts';
import { findSplit, findSplitInName, findSplitOfFolders } from './split-names.ts';

const largestCsv = 500 * 2 ** 20;

/** Above this a coordinate counts pixels; shares of a picture reach over its edge by a little at most. */
const largestShare = 1.5;

/**
 * A row without coordinates gives its picture a class; one without a class as well makes it a background picture. A
 * picture that no row names is unlabelled.
 */
export async function readCsv(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const records: PictureRecord[] = [];
  for await (const path of context.eachPath(
    context.folder.paths.filter((name) => /\.(csv|tsv)$/i.test(name)),
  )) {
    await context.collectFaults(path, faults, async () => {
      const rows = parseRows(path, await context.folder.readText(path, largestCsv), faults);
      const columns = findColumns(path, rows[0]?.cells ?? []);
      const content = columns.hasHeader ? rows.slice(1) : rows;
      for (const record of readRows(path, content, columns, context, faults)) records.push(record);
    });
  }
  return { records, classNames: [], faults };
}

interface Row {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** Rows that break the rules of quoting are faults. */
function parseRows(path: string, text: string, faults: Fault[]): Row[] {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [',', ';', '\t'].reduce((best, mark) =>
    head.split(mark).length > head.split(best).length ? mark : best,
  );
  const rows = parse(text, {
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const reason = `expected a row of CSV: ${error?.message ?? 'it can not be read'}`;
      faults.push({ path, place: null, code: 'IMPORT_FORMAT_INVALID', reason });
      return undefined;
    },
  }) as unknown as readonly { record: string[]; info: { lines: number } }[];
  return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
}

interface Gathered {
  readonly first: Row;
  readonly boxes: WrittenBox[];
  tag: string | null;
  split: Split | null;
}

function readRows(
  path: string,
  rows: readonly Row[],
  columns: CsvColumns,
  { pictures }: ReadContext,
  faults: Fault[],
): PictureRecord[] {
  const gathered = new Map<string, Gathered>();
  const fileSplit = findSplitInName(nameOf(path)) ?? findSplitOfFolders(path);
  for (const row of rows) {
    const fault = takeRow(
      row,
      columns,
      (name) => pictures.find(name, [folderOf(path), `${folderOf(path)}/images`]),
      gathered,
    );
    if (fault) faults.push({ path, place: `line ${row.line}`, ...fault });
  }
  const boxes = [...gathered.values()].flatMap((picture) => picture.boxes);
  const isShare = boxes.length > 0 && boxes.every((box) => !(largestOf(box) > largestShare));
  return [...gathered].map(([picturePath, { first, boxes: own, tag, split }]) => ({
    picturePath,
    recordPath: path,
    place: `line ${first.line}`,
    split: split ?? fileSplit ?? findSplitOfFolders(picturePath),
    size: sizeOf(fromDecimal(cell(first, columns.width)), fromDecimal(cell(first, columns.height))),
    unit: isShare ? 'share' : 'pixel',
    state: 'labelled',
    model: null,
    tag,
    boxes: own,
  }));
}

type RowFault = Pick<Fault, 'code' | 'reason'>;

/** Puts what a row says to its picture. */
function takeRow(
  row: Row,
  columns: CsvColumns,
  find: (name: string) => string,
  gathered: Map<string, Gathered>,
): RowFault | undefined {
  const name = cell(row, columns.file);
  if (name === undefined)
    return { code: 'IMPORT_FORMAT_INVALID', reason: 'expected the name of a picture, found none' };
  const picture = findPicture(name, find);
  if (typeof picture !== 'string') return picture;
  const known = gathered.get(picture);
  const entry: Gathered = known ?? { first: row, boxes: [], tag: null, split: null };
  gathered.set(picture, entry);
  entry.split ??= findSplit(cell(row, columns.split) ?? '');
  const className = cell(row, columns.className);
  const corners = columns.geometry && readCorners(row, columns.geometry);
  if (corners === undefined) return takeTag(entry, className);
  const score = scoreOf(fromDecimal(cell(row, columns.score)));
  entry.boxes.push({
    className: className ?? '',
    ...corners,
    score,
    attributes: {},
    place: `line ${row.line}`,
  });
  return undefined;
}

function findPicture(name: string, find: (name: string) => string): string | RowFault {
  try {
    return find(name);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, reason: error.message };
    throw error;
  }
}

function takeTag(entry: Gathered, className: string | undefined): RowFault | undefined {
  if (className === undefined) return undefined;
  if (entry.tag !== null && entry.tag !== className) {
    return {
      code: 'LABEL_CONFLICT',
      reason: `the picture is ${entry.tag} by an earlier row: it does not become ${className}`,
    };
  }
  entry.tag = className;
  return undefined;
}

/** Undefined where all four cells are empty. */
function readCorners(row: Row, { kind, columns }: Geometry) {
  const texts = columns.map((column) => cell(row, column));
  if (texts.every((text) => text === undefined)) return undefined;
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = texts.map(fromDecimal);
  switch (kind) {
    case 'corners':
      return { left: a, top: b, right: c, bottom: d };
    case 'size':
      return { left: a, top: b, right: a + c, bottom: b + d };
    case 'centre':
      return { left: a - c / 2, top: b - d / 2, right: a + c / 2, bottom: b + d / 2 };
  }
}

/** NaN for a box that is none: it says nothing about the unit. */
function largestOf({ left, top, right, bottom }: WrittenBox): number {
  return Math.max(left, top, right, bottom);
}

/** Undefined where the row has no such cell or nothing in it. */
function cell({ cells }: Row, column: number | undefined): string | undefined {
  return column === undefined ? undefined : cells[column] || undefined;
}
