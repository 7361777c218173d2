/** Turns a folder with label files into items: every picture with what they say about it. */
import type { AnnotationFormat } from '../../../src-preload/contract/format.ts';
import { formatReaders } from '../../formats/formats.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from '../../formats/picture-record.ts';
import { createReadContext } from '../../formats/read-context.ts';
import { nameOf } from '../../formats/source-folder.ts';
import { findSplitOfFolders } from '../../formats/split-names.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { ImportFault } from '../../store/tables/imports.ts';
import { toClassName } from './folder-labels.ts';
import { createFaultyItem, type ImportItem } from './import-item.ts';
import { type OpenedFolder, openSourceFolder } from './open-source-folder.ts';
import { readPictureFile } from './picture-file.ts';
import type { WalkRequest } from './walk-paths.ts';

export interface LabelledListing extends WalkRequest, Pick<JobContext<never>, 'reportProgress'> {
  readonly format: AnnotationFormat;
  /** How a path is told. */
  readonly toName: (path: string) => string;
}

export interface LabelledItems {
  readonly items: ImportItem[];
  readonly classNames: string[];
  readonly faults: ImportFault[];
}

/** Masks that stand for pictures' areas, not pictures. */
const maskFolder = /(^|\/)Segmentation(Class|Object)\w*\//;

/** @throws {AppError} IMPORT_PATH_UNREADABLE, IMPORT_FORMAT_INVALID */
export async function listLabelledItems(listing: LabelledListing): Promise<LabelledItems> {
  const { format, signal, reportProgress, toName } = listing;
  const folder = await openSourceFolder(listing);
  const context = createReadContext(folder, signal, (done, total) =>
    reportProgress(0, `reading labels: ${done} of ${total} files`),
  );
  const reading = await formatReaders[format](context);
  const { recordOf, faults } = chooseRecords(reading);
  const pictures = context.pictures.paths.filter((path) => !maskFolder.test(path));
  const items = pictures.map((path) => createItem(path, recordOf.get(path) ?? null, folder, toName));
  const named = ({ path, ...fault }: Fault) => ({ ...fault, path: toName(folder.toAbsolute(path)) });
  return {
    items: [...items, ...folder.unreadable.map(({ path, error }) => createFaultyItem(toName(path), error))],
    classNames: reading.classNames.map(toClassName).filter((name) => name !== null),
    faults: [...reading.faults, ...faults].map(named),
  };
}

function createItem(
  path: string,
  record: PictureRecord | null,
  folder: OpenedFolder,
  toName: LabelledListing['toName'],
): ImportItem {
  const absolute = folder.toAbsolute(path);
  return {
    path: toName(absolute),
    fileName: nameOf(path),
    className: null,
    split: record ? record.split : findSplitOfFolders(path),
    record: record && { ...record, recordPath: toName(folder.toAbsolute(record.recordPath)) },
    read: () => readPictureFile(absolute),
  };
}

/** The first record of each picture, its classes as the station names them; another that says otherwise is told. */
function chooseRecords({ records }: FormatReading): {
  recordOf: Map<string, PictureRecord>;
  faults: Fault[];
} {
  const recordOf = new Map<string, PictureRecord>();
  const faults: Fault[] = [];
  for (const record of records) {
    const first = recordOf.get(record.picturePath);
    if (first === undefined) recordOf.set(record.picturePath, withKnownClasses(record, faults));
    else if (!saysTheSame(first, record)) faults.push(tellConflict(first, record));
  }
  return { recordOf, faults };
}

function withKnownClasses(record: PictureRecord, faults: Fault[]): PictureRecord {
  const boxes = record.boxes.flatMap((box): WrittenBox[] => {
    const className = toClassName(box.className);
    if (className !== null) return [{ ...box, className }];
    const reason = `expected the name of a class, got ${JSON.stringify(box.className)}`;
    faults.push({ path: record.recordPath, place: box.place, code: 'CLASS_UNKNOWN', reason });
    return [];
  });
  return { ...record, boxes, tag: record.tag === null ? null : toClassName(record.tag) };
}

function saysTheSame(first: PictureRecord, second: PictureRecord): boolean {
  const essence = ({ boxes, tag, state, unit }: PictureRecord) =>
    JSON.stringify([
      tag,
      state,
      unit,
      boxes.map(({ className, left, top, right, bottom }) => [
        toClassName(className),
        left,
        top,
        right,
        bottom,
      ]),
    ]);
  return essence(first) === essence(second);
}

function tellConflict(first: PictureRecord, second: PictureRecord): Fault {
  const where = first.place === null ? first.recordPath : `${first.recordPath}, ${first.place}`;
  return {
    path: second.recordPath,
    place: second.place,
    code: 'LABEL_CONFLICT',
    reason: `${second.picturePath} is labelled otherwise in ${where}, which is kept`,
  };
}
