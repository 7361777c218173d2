/** Reads the JSON export of Label Studio (labelstud.io/guide/task_format): boxes in percent, choices, predictions. */
import { AppError } from '../base/app-error.ts';
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
import type { ReadContext } from './read-context.ts';
import { folderOf, isPictureName } from './source-folder.ts';
import { findSplit, findSplitOfFolders } from './split-names.ts';

/**
 * A task with an annotation is labelled, with predictions alone predicted, with neither unlabelled. Of several
 * annotations the ground truth counts, or else the newest; of several predictions the last.
 */
export async function readLabelStudio(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const records: PictureRecord[] = [];
  for await (const path of context.eachPath(context.folder.paths.filter((name) => /\.json$/i.test(name)))) {
    await context.collectFaults(path, faults, async () => {
      const document = parseJson(await context.folder.readText(path, largestJson));
      if (!isLabelStudio(document)) throw notTasks(document);
      for (const [index, task] of listTasks(document).entries()) {
        const place = `task ${String(task.id ?? index + 1)}`;
        const read = () => void records.push(readTask(path, place, task, context, faults));
        await context.collectFaults(path, faults, read, place);
      }
    });
  }
  return { records, classNames: [], faults };
}

/** A list of tasks, or one task. */
export function isLabelStudio(document: unknown): boolean {
  const [first] = listTasks(document);
  return first !== undefined && isObject(first.data);
}

function listTasks(document: unknown): JsonObject[] {
  return objectsOf(Array.isArray(document) ? document : [document]);
}

function readTask(
  path: string,
  place: string,
  task: JsonObject,
  { pictures }: ReadContext,
  faults: Fault[],
): PictureRecord {
  const picturePath = pictures.find(findPictureName(task.data), [folderOf(path), `${folderOf(path)}/images`]);
  const truth = chooseAnnotation(task, (reason) =>
    faults.push({ path, place, code: 'LABEL_CONFLICT', reason }),
  );
  const prediction = truth ? undefined : objectsOf(task.predictions).at(-1);
  const results = objectsOf(fieldOf(truth ?? prediction, 'result'));
  const tell = (fault: Pick<Fault, 'code' | 'reason'>) => faults.push({ path, place, ...fault });
  const split = findSplit(textOf(fieldOf(task.data, 'split')) ?? '');
  return {
    picturePath,
    recordPath: path,
    place,
    split: split ?? findSplitOfFolders(picturePath),
    size: readSize(results),
    unit: 'percent',
    state: truth ? 'labelled' : prediction ? 'predicted' : 'none',
    model: textOf(prediction?.model_version) ?? null,
    tag: readTag(results, tell),
    boxes: results.flatMap((result, index) =>
      readBox(result, `${place}, region ${String(result.id ?? index + 1)}`, tell),
    ),
  };
}

/** `data.image`, or the one other field that names a picture. */
function findPictureName(data: unknown): string {
  const fields = isObject(data) ? Object.values(data) : [];
  const value =
    textOf(fieldOf(data, 'image')) ??
    fields.map(textOf).find((text) => text !== undefined && isPictureName(text));
  if (value === undefined)
    throw new AppError('IMPORT_FORMAT_INVALID', 'expected a task with data.image, the path of a picture');
  return toPictureName(value);
}

/** `/data/local-files/?d=a/b.jpg` is a/b.jpg; `/data/upload/1/0a1b2c3d-b.jpg` is b.jpg; of an address its path counts. */
function toPictureName(reference: string): string {
  const local = /[?&]d=([^&]+)/.exec(reference)?.[1];
  const path = local ?? reference.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  return decodePath(path).replace(/^(\/?data\/upload\/(?:.*\/)?)[0-9a-f]{8}-/, '$1');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `completions` is what annotations were called before version 1.0. */
function chooseAnnotation(task: JsonObject, tellConflict: (reason: string) => void): JsonObject | undefined {
  const all = objectsOf(task.annotations ?? task.completions);
  const kept = all.filter((annotation) => annotation.was_cancelled !== true);
  const truths = kept.filter((annotation) => annotation.ground_truth === true);
  const among = truths.length > 0 ? truths : kept;
  const timeOf = (annotation: JsonObject) => textOf(annotation.updated_at ?? annotation.created_at) ?? '';
  const [first, ...others] = among;
  const newest = others.reduce<JsonObject | undefined>(
    (best, other) => (best && timeOf(other) < timeOf(best) ? best : other),
    first,
  );
  if (newest && kept.length > 1) {
    const why = truths.length > 0 ? 'the ground truth' : 'the newest';
    tellConflict(`the task has ${kept.length} annotations: ${why}, ${String(newest.id)}, is taken`);
  }
  return newest;
}

function readSize(results: readonly JsonObject[]): PictureRecord['size'] {
  const told = results.find((result) => 'original_width' in result);
  return told ? sizeOf(told.original_width, told.original_height) : null;
}

type Tell = (fault: Pick<Fault, 'code' | 'reason'>) => void;

function readTag(results: readonly JsonObject[], tell: Tell): string | null {
  const names = results
    .filter((result) => result.type === 'choices')
    .flatMap((result) => namesOf(fieldOf(result.value, 'choices')));
  const [tag = null, ...others] = new Set(names);
  if (others.length > 0) {
    tell({
      code: 'LABEL_CONFLICT',
      reason: `a picture has one class here, ${tag}; left out: ${others.join(', ')}`,
    });
  }
  return tag;
}

function readBox(result: JsonObject, place: string, tell: Tell): WrittenBox[] {
  const type = textOf(result.type) ?? '';
  if (type === 'choices') return [];
  const names = namesOf(fieldOf(result.value, 'rectanglelabels') ?? fieldOf(result.value, 'labels'));
  const isRectangle =
    type === 'rectanglelabels' || (type === 'labels' && fieldOf(result.value, 'width') !== undefined);
  if (!isRectangle) {
    tell({
      code: 'IMPORT_FORMAT_INVALID',
      reason: `${place}: expected rectanglelabels or choices, got ${JSON.stringify(type)}`,
    });
    return [];
  }
  const rotation = findRotation(result);
  if (rotation !== 0) {
    tell({
      code: 'BOX_INVALID',
      reason: `${place}: expected an upright box, got one that is rotated by ${rotation}°`,
    });
    return [];
  }
  const [className = '', ...others] = names;
  if (others.length > 0)
    tell({
      code: 'LABEL_CONFLICT',
      reason: `${place}: a box has one class here, ${className}; left out: ${others.join(', ')}`,
    });
  return [toBox(result, className, place)];
}

function toBox(result: JsonObject, className: string, place: string): WrittenBox {
  const read = (name: string) => numberOf(fieldOf(result.value, name));
  return {
    className,
    left: read('x'),
    top: read('y'),
    right: read('x') + read('width'),
    bottom: read('y') + read('height'),
    score: scoreOf(result.score ?? fieldOf(result.value, 'score')),
    attributes: attributesOf(fieldOf(result.meta, 'attributes')),
    place,
  };
}

/** Degrees, of the box or of the picture under it, inside or beside the value. */
function findRotation(result: JsonObject): number {
  const all = [fieldOf(result.value, 'rotation'), result.rotation, result.image_rotation];
  return all.map(numberOf).find((degrees) => Number.isFinite(degrees) && degrees % 360 !== 0) ?? 0;
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((name) => name !== undefined) : [];
}

function notTasks(document: unknown): AppError {
  const found = Array.isArray(document) ? `a list of ${document.length}` : typeof document;
  return new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected a list of Label Studio tasks with data, found ${found}`,
  );
}
