/** Reads CSV with a row per box: corners, or a corner and a size, or a centre and a size; in pixels or in shares. */
import { parse } from 'csv-parse/sync';
import type { Split } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import { readRowBox } from './csv-boxes.ts';
import { type CsvColumns, findColumns } from './csv-columns.ts';
import { fromDecimal } from './decimal.ts';
import { scoreOf, sizeOf } from './json-text.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import type { ReadContext } from './read-context.ts';
import { folderOf, nameOf } from './source-folder.ts';
import { findSplit, findSplitInName, findSplitOfFolders } from './split-names.ts';

const largestCsv = 500 * 2 ** 20;

/** Above this a coordinate counts pixels; shares of a picture reach over its edge by a little at most. */
const largestShare = 1.5;

/** What boxes are of a table that has no column for it. */
const onlyClass = 'object';

/** Rows by which a table without a header is told. */
const lookedAt = 1000;

/**
 * A row without coordinates gives its picture a class; one without a class as well makes it a background picture. A
 * picture that no row names is unlabelled.
 */
export async function readCsv(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const records: PictureRecord[] = [];
  const classNames: string[] = [];
  for await (const path of context.eachPath(
    context.folder.paths.filter((name) => /\.(csv|tsv)$/i.test(name)),
  )) {
    await context.collectFaults(path, faults, async () => {
      const table = parseRows(path, await context.folder.readText(path, largestCsv), faults);
      const names = readClassList(table);
      if (names) classNames.push(...names);
      else for (const record of readTable(path, table, context, faults)) records.push(record);
    });
  }
  return { records, classNames, faults };
}

interface Row {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** `name,number` and nothing else, as keras-retinanet wants it beside its annotations. */
function readClassList({ rows }: Table): string[] | undefined {
  const isList =
    rows.length > 0 && rows.every(({ cells }) => cells.length === 2 && /^\d+$/.test(cells[1] ?? ''));
  if (!isList) return undefined;
  const numbered = rows.map(({ cells: [name = '', number] }) => [Number(number), name] as const);
  return numbered.sort(([first], [second]) => first - second).map(([, name]) => name);
}

function readTable(path: string, table: Table, context: ReadContext, faults: Fault[]): PictureRecord[] {
  const { rows } = table;
  const columns = findColumns(
    path,
    rows.slice(0, lookedAt).map(({ cells }) => cells),
  );
  const { geometry, className } = columns;
  if (className === undefined && geometry && geometry.kind !== 'shape') {
    const reason = `expected a column for the class such as class or label, found none: all boxes are of one class, ${onlyClass}`;
    faults.push({ path, place: null, code: 'CLASS_UNKNOWN', reason });
  }
  return readRows(
    path,
    { ...table, rows: columns.hasHeader ? rows.slice(1) : rows },
    columns,
    context,
    faults,
  );
}

interface Table {
  readonly rows: readonly Row[];
  readonly delimiter: string;
}

/** Rows that break the rules of quoting are faults. */
function parseRows(path: string, text: string, faults: Fault[]): Table {
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
  return { rows: rows.map(({ record, info }) => ({ cells: record, line: info.lines })), delimiter };
}

interface Gathered {
  readonly first: Row;
  readonly boxes: WrittenBox[];
  tag: string | null;
  split: Split | null;
}

function readRows(
  path: string,
  { rows, delimiter }: Table,
  columns: CsvColumns,
  { pictures }: ReadContext,
  faults: Fault[],
): PictureRecord[] {
  const gathered = new Map<string, Gathered>();
  const fileSplit = findSplitInName(nameOf(path)) ?? findSplitOfFolders(path);
  const toNumber = delimiter === ',' ? fromDecimal : fromDecimalComma;
  for (const row of rows) {
    const fault = takeRow(
      row,
      { ...columns, toNumber },
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
  columns: CsvColumns & { readonly toNumber: (text: string | undefined) => number },
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
  const box =
    columns.geometry && readRowBox(columns.geometry, (column) => cell(row, column), columns.toNumber);
  if (box === undefined) return takeTag(entry, className);
  const score = scoreOf(fromDecimal(cell(row, columns.score)));
  entry.boxes.push({
    ...box,
    className: box.className ?? className ?? (columns.className === undefined ? onlyClass : ''),
    score,
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

/** Also with the comma that half of Europe writes. */
function fromDecimalComma(text: string | undefined): number {
  return fromDecimal(text?.replace(/^([+-]?\d+),(\d+)$/, '$1.$2'));
}

/** NaN for a box that is none: it says nothing about the unit. */
function largestOf({ left, top, right, bottom }: WrittenBox): number {
  return Math.max(left, top, right, bottom);
}

/** Undefined where the row has no such cell or nothing in it. */
function cell({ cells }: Row, column: number | undefined): string | undefined {
  return column === undefined ? undefined : cells[column] || undefined;
}
