/**
 * Reads Pascal VOC: an XML file per picture, and lists of pictures per split. Corners are taken as they stand, from 0
 * upwards, as LabelImg, Roboflow, CVAT and datumaro write them; the challenge of 2012 itself counted from 1.
 */
import type { Split } from '../../src-preload/contract/ids.ts';
import { splits } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import { readAttributeText } from './attribute-text.ts';
import { fromDecimal } from './decimal.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import type { ReadContext } from './read-context.ts';
import { folderOf, nameOf, withoutEnding } from './source-folder.ts';
import { findSplitOfFolders } from './split-names.ts';
import {
  createLineTeller,
  findChild,
  findText,
  listChildren,
  parseXml,
  type XmlElement,
} from './xml-text.ts';

const largestXml = 16 * 2 ** 20;
const largestList = 64 * 2 ** 20;
const flags = ['difficult', 'truncated', 'occluded'] as const;

/** A picture without an XML file is unlabelled; an XML file without objects makes a background picture. */
export async function readVoc(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const splitOf = await readSplits(context, faults);
  const records: PictureRecord[] = [];
  for await (const path of context.eachPath(context.folder.paths.filter((name) => /\.xml$/i.test(name)))) {
    await context.collectFaults(path, faults, async () => {
      const text = await context.folder.readText(path, largestXml);
      const root = parseXml(text);
      if (root.name !== 'annotation') throw notVoc(root);
      records.push(toRecord(path, text, root, context, splitOf));
    });
  }
  return { records, classNames: await readLabelMap(context), faults };
}

function toRecord(
  path: string,
  text: string,
  root: XmlElement,
  { pictures }: ReadContext,
  splitOf: ReadonlyMap<string, Split>,
): PictureRecord {
  const id = withoutEnding(nameOf(path));
  const tellLine = createLineTeller(text);
  const picturePath = findPicture(path, findText(root, 'filename') ?? id, pictures);
  return {
    picturePath,
    recordPath: path,
    place: null,
    split: splitOf.get(id) ?? findSplitOfFolders(path),
    size: readSize(root),
    unit: 'pixel',
    state: 'labelled',
    model: null,
    tag: null,
    boxes: listChildren(root, 'object').map((object) => toBox(object, tellLine)),
  };
}

/** By the name of the XML file, which the lists use, before the name that it holds, which moves and renames leave behind. */
function findPicture(path: string, fileName: string, pictures: ReadContext['pictures']): string {
  const folder = folderOf(path);
  const id = withoutEnding(nameOf(path));
  const twins = [
    folder.replace(/Annotations/i, 'JPEGImages'),
    folder.replace(/Annotations/i, 'images'),
    folder,
  ];
  const twin = twins.map((place) => pictures.findByStem(place === '' ? id : `${place}/${id}`));
  return twin.find((found) => found !== undefined) ?? pictures.find(fileName, twins);
}

function toBox(object: XmlElement, tellLine: (at: number) => string): WrittenBox {
  const corners = findChild(object, 'bndbox');
  const read = (name: string) => fromDecimal(corners && findText(corners, name));
  return {
    className: findText(object, 'name') ?? '',
    left: read('xmin'),
    top: read('ymin'),
    right: read('xmax'),
    bottom: read('ymax'),
    score: null,
    attributes: readAttributes(object),
    place: tellLine(object.at),
  };
}

/** Flags that are set, the pose unless it is unspecified, and the pairs that CVAT and datumaro add. */
function readAttributes(object: XmlElement): WrittenBox['attributes'] {
  const set = flags.filter((flag) => /^(1|true)$/i.test(findText(object, flag) ?? ''));
  const pose = findText(object, 'pose');
  const pairs = listChildren(findChild(object, 'attributes') ?? object, 'attribute');
  return Object.fromEntries([
    ...set.map((flag) => [flag, true] as const),
    ...(pose === undefined || /^unspecified$/i.test(pose) ? [] : [['pose', pose] as const]),
    ...pairs.map(
      (pair) => [findText(pair, 'name') ?? '', readAttributeText(findText(pair, 'value') ?? '')] as const,
    ),
  ]);
}

/** Null for 0 × 0, which some tools write where they do not know. */
function readSize(root: XmlElement): PictureRecord['size'] {
  const size = findChild(root, 'size');
  const width = fromDecimal(size && findText(size, 'width'));
  const height = fromDecimal(size && findText(size, 'height'));
  return width > 0 && height > 0 ? { width, height } : null;
}

/** `ImageSets/Main/train.txt` and so on; a picture in two of them keeps the first, and that is told. */
async function readSplits(context: ReadContext, faults: Fault[]): Promise<Map<string, Split>> {
  const splitOf = new Map<string, Split>();
  for (const split of splits) {
    const lists = context.folder.paths.filter(
      (path) => path.match(/(^|\/)ImageSets\/Main\/(\w+)\.txt$/i)?.[2] === split,
    );
    for (const path of lists) {
      const lines = (await context.folder.readText(path, largestList)).split(/\r?\n/);
      for (const [index, line] of lines.entries()) {
        const id = toId(line);
        const before = splitOf.get(id);
        if (before !== undefined && before !== split) faults.push(twice(path, index + 1, id, before, split));
        if (id !== '' && before === undefined) splitOf.set(id, split);
      }
    }
  }
  return splitOf;
}

/** `id`, `"my id"` in quotes, or `id -1` with the mark of a list for one class. */
function toId(line: string): string {
  const quoted = /^\s*"(.*)"/.exec(line)?.[1];
  return quoted ?? line.trim().replace(/\s+-?[01]$/, '');
}

/** The file in which datumaro keeps the order of the classes. */
async function readLabelMap({ folder }: ReadContext): Promise<string[]> {
  const path = folder.paths.find((name) => nameOf(name) === 'labelmap.txt');
  if (path === undefined) return [];
  const lines = (await folder.readText(path, largestXml)).split(/\r?\n/);
  const names = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(':')[0] ?? '');
  return names.filter((name) => name !== 'background');
}

function twice(path: string, line: number, id: string, before: Split, split: Split): Fault {
  const reason = `${JSON.stringify(id)} is in the lists of ${before} and of ${split}: it stays in ${before}`;
  return { path, place: `line ${line}`, code: 'IMPORT_FORMAT_INVALID', reason };
}

function notVoc(root: XmlElement): AppError {
  return new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected Pascal VOC with the root <annotation>, found <${root.name}>`,
  );
}
