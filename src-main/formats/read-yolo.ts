/**
 * Reads YOLO: a txt file per picture with `class cx cy w h` in shares of the picture, names in data.yaml
 * (docs.ultralytics.com/datasets/detect) or in classes.txt, obj.names. A line of a polygon becomes its bounding box.
 */
import { LineCounter, parseDocument } from 'yaml';
import type { Split } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import { fromDecimal } from './decimal.ts';
import { isObject, type JsonObject, textOf } from './json-text.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import { boundPoints } from './polygon.ts';
import type { ReadContext } from './read-context.ts';
import { folderOf, joinPath, nameOf, withoutEnding } from './source-folder.ts';
import { findSplitOfFolders } from './split-names.ts';

const largestYaml = 2 * 2 ** 20;
const largestLabels = 16 * 2 ** 20;
const largestList = 64 * 2 ** 20;

/** The keys of data.yaml that name pictures. */
const splitKeys: readonly (readonly [key: string, split: Split])[] = [
  ['train', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['test', 'test'],
];

/** An empty txt file makes a background picture; a picture without a txt file is unlabelled. */
export async function readYolo(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const { names, splitOf } = await readDescription(context, faults);
  const labelFiles = new Set(context.folder.paths.filter((path) => /\.txt$/i.test(path)));
  const inAnyCase = new Map([...labelFiles].map((path) => [path.toLowerCase(), path]));
  const records: PictureRecord[] = [];
  const paired = new Set<string>();
  for await (const picturePath of context.eachPath(context.pictures.paths)) {
    const twins = listTwins(picturePath);
    const recordPath =
      twins.find((path) => labelFiles.has(path)) ??
      twins.map((path) => inAnyCase.get(path.toLowerCase())).find((path) => path !== undefined);
    if (recordPath !== undefined) paired.add(recordPath);
    const split = splitOf(picturePath);
    await context.collectFaults(recordPath ?? picturePath, faults, async () => {
      const text = recordPath && (await context.folder.readText(recordPath, largestLabels));
      const boxes = text && recordPath ? readLines(recordPath, text, names, faults) : [];
      const state = recordPath === undefined ? 'none' : 'labelled';
      records.push({
        ...unlabelled,
        picturePath,
        recordPath: recordPath ?? picturePath,
        split,
        state,
        boxes,
      });
    });
  }
  const pictureFolders = new Set(context.pictures.paths.map(folderOf));
  for (const path of labelFiles)
    if (!paired.has(path) && isLabelFile(path, pictureFolders)) faults.push(withoutPicture(path));
  return { records, classNames: names, faults };
}

const unlabelled = { place: null, size: null, unit: 'share', model: null, tag: null } as const;

/** Beside the picture, or under `labels` where the picture is under `images`: the last folder of that name counts. */
function listTwins(picturePath: string): string[] {
  const beside = `${withoutEnding(picturePath)}.txt`;
  const parts = beside.split('/');
  const images = parts.slice(0, -1).findLastIndex((part) => /^images$/i.test(part));
  if (images === -1) return [beside];
  const twin = parts.with(images, /^I/.test(parts[images] ?? '') ? 'Labels' : 'labels').join('/');
  return [twin, beside];
}

/** Lists and notes lie elsewhere than labels, which are under `labels` or beside pictures. */
function isLabelFile(path: string, pictureFolders: ReadonlySet<string>): boolean {
  if (/^(classes|obj|train|val|valid|test|readme.*|license|requirements)\.txt$/i.test(nameOf(path)))
    return false;
  if (/(^|\/)labels\//i.test(path)) return true;
  return pictureFolders.has(folderOf(path));
}

function withoutPicture(path: string): Fault {
  const reason = `expected a picture ${withoutEnding(nameOf(path))}.jpg or the like for these labels: there is none`;
  return { path, place: null, code: 'IMAGE_MISSING', reason };
}

function readLines(path: string, text: string, names: readonly string[], faults: Fault[]): WrittenBox[] {
  const boxes: WrittenBox[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const place = `line ${index + 1}`;
    const box = readLine(line.trim().split(/\s+/), names, place);
    if ('code' in box) faults.push({ path, place, ...box });
    else boxes.push(box);
  }
  return boxes;
}

/** Five numbers are a box, six a box with its score, an odd count from seven on a polygon. */
function readLine(
  words: readonly string[],
  names: readonly string[],
  place: string,
): WrittenBox | Pick<Fault, 'code' | 'reason'> {
  const isPolygon = words.length >= 7 && words.length % 2 === 1;
  if (!isPolygon && words.length !== 5 && words.length !== 6) {
    const reason = `expected class, centre x, centre y, width, height, or class and the points of a polygon, found ${words.length} words`;
    return { code: 'IMPORT_FORMAT_INVALID', reason };
  }
  const [first = '', ...rest] = words;
  const className = /^\d+(\.0*)?$/.test(first) ? names[Number(first)] : undefined;
  if (className === undefined) {
    const reason = `expected the number of a class from 0 to ${names.length - 1}, got ${JSON.stringify(first.slice(0, 40))}`;
    return { code: 'CLASS_UNKNOWN', reason };
  }
  const numbers = rest.map(fromDecimal);
  const corners = isPolygon ? boundPoints(numbers) : toCorners(numbers);
  const score = words.length === 6 ? (numbers[4] ?? null) : null;
  return { className, ...corners, score, attributes: {}, place };
}

function toCorners([
  x = Number.NaN,
  y = Number.NaN,
  width = Number.NaN,
  height = Number.NaN,
]: readonly number[]) {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

interface Description {
  readonly names: readonly string[];
  readonly splitOf: (picturePath: string) => Split | null;
}

async function readDescription(context: ReadContext, faults: Fault[]): Promise<Description> {
  const yamls = context.folder.paths.filter((path) => /\.ya?ml$/i.test(path));
  for (const path of yamls) {
    const document = parseYaml(path, await context.folder.readText(path, largestYaml));
    const names = readNames(document.names);
    if (names) return { names, splitOf: await readSplits(context, path, document, faults) };
  }
  const list = context.folder.paths.find((path) =>
    /^(classes\.txt|obj\.names|[^/]*\.names)$/i.test(nameOf(path)),
  );
  if (list === undefined) {
    throw new AppError(
      'IMPORT_FORMAT_INVALID',
      'expected a data.yaml with names, a classes.txt or an obj.names for YOLO labels, found none of them',
    );
  }
  const lines = (await context.folder.readText(list, largestYaml)).split(/\r?\n/).map((line) => line.trim());
  const last = lines.findLastIndex((line) => line !== '');
  return {
    names: lines.slice(0, last + 1),
    splitOf: await readDarknetSplits(context, folderOf(list), faults),
  };
}

/** `train.txt` and so on beside the names, as Darknet has them. */
async function readDarknetSplits(
  context: ReadContext,
  home: string,
  faults: Fault[],
): Promise<Description['splitOf']> {
  const listed = new Map<string, Split>();
  for (const [key, split] of splitKeys) {
    const path = joinPath(home, `${key}.txt`);
    if (context.folder.paths.includes(path)) await readList(context, path, split, listed, faults);
  }
  return (picture) => listed.get(picture) ?? findSplitOfFolders(picture);
}

/** A list, or a map from numbers to names; numbers that are left out have no name, and no box can be of them. */
function readNames(names: unknown): string[] | undefined {
  if (Array.isArray(names)) return names.map(String);
  if (!isObject(names)) return undefined;
  const numbered = Object.entries(names).filter(([key]) => /^\d{1,5}$/.test(key));
  const list: string[] = [];
  for (const [key, name] of numbered) list[Number(key)] = String(name);
  return list;
}

/** Files of other tools may stand beside it: only what is broken YAML is an error. */
function parseYaml(path: string, text: string): JsonObject {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, schema: 'core', merge: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const [reason = ''] = error.message.split('\n');
    throw new AppError(
      'IMPORT_FORMAT_INVALID',
      `${path}: line ${line}, column ${col}: expected YAML: ${reason}`,
    );
  }
  try {
    const content: unknown = document.toJS({ maxAliasCount: 0 });
    return isObject(content) ? content : {};
  } catch (cause) {
    throw new AppError('IMPORT_FORMAT_INVALID', `${path}: expected YAML without aliases`, { cause });
  }
}

/** Folders and lists of pictures; a picture that none of them holds keeps what its folders say. */
async function readSplits(
  context: ReadContext,
  path: string,
  document: JsonObject,
  faults: Fault[],
): Promise<Description['splitOf']> {
  const folders: (readonly [folder: string, split: Split])[] = [];
  const listed = new Map<string, Split>();
  for (const [key, split] of splitKeys) {
    for (const place of [document[key]].flat()) {
      const text = textOf(place);
      if (text === undefined) continue;
      const found = findPlace(context, path, textOf(document.path), text);
      if (found === undefined) continue;
      if (/\.txt$/i.test(found)) await readList(context, found, split, listed, faults);
      else folders.push([found, split]);
    }
  }
  return (picture) => {
    const found = new Set(
      folders.filter(([folder]) => picture.startsWith(`${folder}/`)).map(([, split]) => split),
    );
    const [first = null, ...others] = found;
    // Where one folder serves for training and validation, its own name knows better.
    const fromFolder = others.length > 0 ? (findSplitOfFolders(picture) ?? first) : first;
    return listed.get(picture) ?? fromFolder ?? findSplitOfFolders(picture);
  };
}

/** From `path`, from the yaml's folder, or with the leading parts left out that lead elsewhere on another machine. */
function findPlace(
  context: ReadContext,
  yaml: string,
  base: string | undefined,
  place: string,
): string | undefined {
  const home = folderOf(yaml);
  const isThere = (path: string) =>
    context.folder.paths.some((file) => file === path || file.startsWith(`${path}/`));
  const parts = joinPath(place.replaceAll('\\', '/')).split('/');
  const tails = parts.map((_, index) => joinPath(home, ...parts.slice(index)));
  return [joinPath(home, base ?? '', place), ...tails].find((path) => path !== '' && isThere(path));
}

/** A picture in two lists keeps the first split. */
async function readList(
  context: ReadContext,
  path: string,
  split: Split,
  listed: Map<string, Split>,
  faults: Fault[],
): Promise<void> {
  const lines = (await context.folder.readText(path, largestList)).split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const find = () => {
      const picture = context.pictures.find(line.trim(), [folderOf(path)]);
      if (!listed.has(picture)) listed.set(picture, split);
    };
    await context.collectFaults(path, faults, find, `line ${index + 1}`);
  }
}
