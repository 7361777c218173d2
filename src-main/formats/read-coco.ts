/** Reads COCO JSON (cocodataset.org/#format-data): one file, or one for each split. */
import { AppError } from '../base/app-error.ts';
import { fromDecimal } from './decimal.ts';
import {
  attributesOf,
  fieldOf,
  isObject,
  type JsonObject,
  largestJson,
  numberOf,
  objectsOf,
  parseJson,
  scoreOf,
  sizeOf,
  textOf,
} from './json-text.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import { boundPoints } from './polygon.ts';
import type { ReadContext } from './read-context.ts';
import { boundMask } from './run-lengths.ts';
import { folderOf, joinPath, nameOf, withoutEnding } from './source-folder.ts';
import { findSplitInName, findSplitOfFolders } from './split-names.ts';

/**
 * An image without annotations is a background picture; a picture that no file names, or that a file without any
 * annotations names as COCO's own test sets do, is unlabelled. Ids are numbers or texts: `7` and `"7"` are the same.
 */
export async function readCoco(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const records: PictureRecord[] = [];
  const classNames: string[] = [];
  for await (const path of context.eachPath(context.folder.paths.filter((name) => /\.json$/i.test(name)))) {
    await context.collectFaults(path, faults, async () => {
      assertNoTwin(path, context);
      const document = parseJson(await context.folder.readText(path, largestJson));
      assertCoco(document);
      const file = readFile(path, document, context, faults);
      for (const record of file.records) records.push(record);
      classNames.push(...file.classNames);
    });
  }
  return { records, classNames: [...new Set(classNames)], faults };
}

/** COCO's own files about the same pictures: key points would contradict the boxes of everything else picture by picture. */
function assertNoTwin(path: string, { folder }: ReadContext): void {
  const part = /^(?:captions|person_keypoints|stuff|panoptic)_(.+)$/i.exec(nameOf(path))?.[1];
  const twin = joinPath(folderOf(path), `instances_${part}`);
  if (part === undefined || !folder.paths.includes(twin)) return;
  throw new AppError(
    'IMPORT_FORMAT_INVALID',
    `left out: the boxes of these pictures are taken from ${nameOf(twin)} beside it`,
  );
}

/** Whether it looks like COCO with boxes, and not like its captions. */
export function isCoco(document: unknown): document is JsonObject {
  const lists = ['images', 'categories'].map((name) => fieldOf(document, name));
  const annotations = fieldOf(document, 'annotations');
  return (
    isObject(document) &&
    lists.every(Array.isArray) &&
    (annotations === undefined || annotations === null || Array.isArray(annotations))
  );
}

function assertCoco(document: unknown): asserts document is JsonObject {
  if (isCoco(document)) return;
  const found = isObject(document) ? Object.keys(document).slice(0, 8).join(', ') : typeof document;
  throw new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected COCO with the lists images, annotations and categories, found ${found}`,
  );
}

function readFile(path: string, document: JsonObject, context: ReadContext, faults: Fault[]) {
  const categories = readCategories(document);
  const boxesOf = new Map<string, WrittenBox[]>();
  const images = objectsOf(document.images);
  for (const image of images) boxesOf.set(toKey(image.id), []);
  for (const annotation of objectsOf(document.annotations)) {
    const place = `annotation ${String(annotation.id)}`;
    const boxes = boxesOf.get(toKey(annotation.image_id));
    const className = categories.get(toKey(annotation.category_id));
    if (boxes === undefined) {
      const reason = `expected the id of an image in this file, got ${JSON.stringify(annotation.image_id)}`;
      faults.push({ path, place, code: 'IMAGE_MISSING', reason });
    } else if (className === undefined) {
      const reason = `expected one of ${categories.size} category ids, got ${JSON.stringify(annotation.category_id)}`;
      faults.push({ path, place, code: 'CLASS_UNKNOWN', reason });
    } else boxes.push(toBox(annotation, className, place));
  }
  const state = Array.isArray(document.annotations) ? 'labelled' : 'none';
  const records = images.flatMap((image) =>
    toRecord(path, image, { state, boxes: boxesOf.get(toKey(image.id)) ?? [] }, context, faults),
  );
  return { records, classNames: listUsedNames(document, categories, boxesOf) };
}

/** What two places that mean the same id have in common. */
function toKey(id: unknown): string {
  return typeof id === 'string' ? id.trim() : JSON.stringify(id ?? null);
}

function toRecord(
  path: string,
  image: JsonObject,
  labels: Pick<PictureRecord, 'state' | 'boxes'>,
  { pictures }: ReadContext,
  faults: Fault[],
): PictureRecord[] {
  const place = `image ${String(image.id)}`;
  const name = textOf(image.file_name) ?? '';
  try {
    return [
      {
        picturePath: pictures.find(name, listPictureFolders(path)),
        recordPath: path,
        place,
        split: findSplitInName(nameOf(path)) ?? findSplitOfFolders(path) ?? findSplitOfFolders(name),
        size: sizeOf(image.width, image.height),
        unit: 'pixel',
        model: null,
        tag: null,
        ...labels,
      },
    ];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    faults.push({ path, place, code: error.code, reason: error.message });
    return [];
  }
}

/** Beside the file (Roboflow), and where COCO itself and datumaro keep them for `instances_train2017.json`. */
function listPictureFolders(path: string): string[] {
  const folder = folderOf(path);
  const part = withoutEnding(nameOf(path)).replace(/^(instances|annotations|person_keypoints)_/, '');
  return [
    folder,
    `${folder}/../images/${part}`,
    `${folder}/../${part}`,
    `${folder}/images`,
    `${folder}/../images`,
  ];
}

/** `bbox` is [x, y, width, height]; an annotation with polygons or a mask alone takes their bounds. */
function toBox(annotation: JsonObject, className: string, place: string): WrittenBox {
  const crowd = annotation.iscrowd === 1 || annotation.iscrowd === true;
  return {
    className,
    ...(readBounds(annotation.bbox) ??
      boundMask(annotation.segmentation) ??
      boundPoints(listPoints(annotation.segmentation))),
    score: scoreOf(annotation.score),
    attributes: { ...attributesOf(annotation.attributes), ...(crowd && { iscrowd: true }) },
    place,
  };
}

function readBounds(bbox: unknown) {
  if (!Array.isArray(bbox) || bbox.length !== 4) return undefined;
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = bbox.map((value) =>
    typeof value === 'string' ? fromDecimal(value) : numberOf(value),
  );
  return { left: x, top: y, right: x + width, bottom: y + height };
}

function listPoints(segmentation: unknown): number[] {
  return Array.isArray(segmentation) ? segmentation.flat().map(numberOf) : [];
}

function readCategories(document: JsonObject): Map<string, string> {
  const categories = objectsOf(document.categories).sort((a, b) => numberOf(a.id) - numberOf(b.id));
  return new Map(categories.map((category) => [toKey(category.id), textOf(category.name) ?? '']));
}

/** Without the category that Roboflow puts above the others and that no box has. */
function listUsedNames(
  document: JsonObject,
  categories: ReadonlyMap<string, string>,
  boxesOf: ReadonlyMap<string, readonly WrittenBox[]>,
): string[] {
  const above = new Set(objectsOf(document.categories).map((category) => category.supercategory));
  const used = new Set([...boxesOf.values()].flatMap((boxes) => boxes.map(({ className }) => className)));
  return [...categories.values()].filter((name) => name !== '' && (used.has(name) || !above.has(name)));
}
