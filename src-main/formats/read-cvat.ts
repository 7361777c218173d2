/** Reads "CVAT for images 1.1" (docs.cvat.ai, XML annotation format): boxes, tags and their attributes. */
import { AppError } from '../base/app-error.ts';
import { readAttributeText } from './attribute-text.ts';
import { fromDecimal } from './decimal.ts';
import { scoreOf, sizeOf } from './json-text.ts';
import type { Fault, FormatReading, PictureRecord, WrittenBox } from './picture-record.ts';
import type { ReadContext } from './read-context.ts';
import { folderOf, nameOf } from './source-folder.ts';
import { findSplit, findSplitInName, findSplitOfFolders } from './split-names.ts';
import {
  createLineTeller,
  findChild,
  findText,
  listChildren,
  parseXml,
  type XmlElement,
} from './xml-text.ts';

const largestXml = 500 * 2 ** 20;
const otherShapes: ReadonlySet<string> = new Set([
  'polygon',
  'polyline',
  'points',
  'ellipse',
  'cuboid',
  'mask',
  'skeleton',
]);

/** An image without boxes and tags is a background picture; a picture that no file names is unlabelled. */
export async function readCvat(context: ReadContext): Promise<FormatReading> {
  const faults: Fault[] = [];
  const records: PictureRecord[] = [];
  const classNames: string[] = [];
  for await (const path of context.eachPath(context.folder.paths.filter((name) => /\.xml$/i.test(name)))) {
    await context.collectFaults(path, faults, async () => {
      const text = await context.folder.readText(path, largestXml);
      const root = parseXml(text);
      if (root.name !== 'annotations') throw notCvat(root);
      const file: CvatFile = { path, tellLine: createLineTeller(text), labels: readLabels(root), faults };
      classNames.push(...(file.labels?.keys() ?? []));
      for (const image of listChildren(root, 'image')) {
        const read = () => void records.push(toRecord(file, image, context));
        await context.collectFaults(path, faults, read, file.tellLine(image.at));
      }
      for (const track of listChildren(root, 'track'))
        tell(
          file,
          track,
          'IMPORT_FORMAT_INVALID',
          'expected CVAT for images, found a track of CVAT for video',
        );
    });
  }
  return { records, classNames: [...new Set(classNames)], faults };
}

interface CvatFile {
  readonly path: string;
  readonly tellLine: (at: number) => string;
  /** For each label the input types of its attributes; undefined where the file has no labels. */
  readonly labels: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
  readonly faults: Fault[];
}

function toRecord(file: CvatFile, image: XmlElement, { pictures }: ReadContext): PictureRecord {
  const name = image.attributes.get('name') ?? '';
  const home = folderOf(file.path);
  const subset = image.attributes.get('subset') ?? '';
  const folders = [home, `${home}/images`, `${home}/images/${subset}`, `${home}/${subset}`];
  const picturePath = pictures.find(name, folders);
  const split = findSplit(subset) ?? findSplitInName(nameOf(file.path)) ?? findSplitOfFolders(file.path);
  return {
    picturePath,
    recordPath: file.path,
    place: file.tellLine(image.at),
    split: split ?? findSplitOfFolders(name),
    size: sizeOf(fromDecimal(image.attributes.get('width')), fromDecimal(image.attributes.get('height'))),
    unit: 'pixel',
    state: 'labelled',
    model: null,
    tag: readTag(file, image),
    boxes: image.children.flatMap((shape) => toBox(file, shape)),
  };
}

function toBox(file: CvatFile, shape: XmlElement): WrittenBox[] {
  if (otherShapes.has(shape.name)) {
    tell(file, shape, 'IMPORT_FORMAT_INVALID', `expected a box, found the shape ${shape.name}`);
    return [];
  }
  if (shape.name !== 'box') return [];
  const rotation = fromDecimal(shape.attributes.get('rotation') ?? '0');
  if (rotation % 360 !== 0) {
    tell(file, shape, 'BOX_INVALID', `expected an upright box, got one that is rotated by ${rotation}°`);
    return [];
  }
  const className = findLabel(file, shape);
  if (className === undefined) return [];
  const read = (name: string) => fromDecimal(shape.attributes.get(name));
  const { score, ...attributes } = readAttributes(file, shape, className);
  return [
    {
      className,
      left: read('xtl'),
      top: read('ytl'),
      right: read('xbr'),
      bottom: read('ybr'),
      score: scoreOf(score),
      attributes,
      place: file.tellLine(shape.at),
    },
  ];
}

function readTag(file: CvatFile, image: XmlElement): string | null {
  const names = listChildren(image, 'tag').map((tag) => findLabel(file, tag));
  const [tag = null, ...others] = new Set(names.filter((name) => name !== undefined));
  if (others.length > 0)
    tell(
      file,
      image,
      'LABEL_CONFLICT',
      `a picture has one class here, ${tag}; left out: ${others.join(', ')}`,
    );
  return tag;
}

function findLabel(file: CvatFile, shape: XmlElement): string | undefined {
  const label = shape.attributes.get('label') ?? '';
  if (label !== '' && (file.labels === undefined || file.labels.has(label))) return label;
  const known = [...(file.labels?.keys() ?? [])].slice(0, 20).join(', ');
  tell(
    file,
    shape,
    'CLASS_UNKNOWN',
    `expected one of the labels ${known || 'with a name'}, got ${JSON.stringify(label)}`,
  );
  return undefined;
}

function readAttributes(
  file: CvatFile,
  shape: XmlElement,
  className: string,
): Record<string, string | number | boolean> {
  const types = file.labels?.get(className);
  const pairs = listChildren(shape, 'attribute').map((attribute) => {
    const name = attribute.attributes.get('name') ?? '';
    return [name, readValue(attribute.text, types?.get(name))] as const;
  });
  const order = fromDecimal(shape.attributes.get('z_order'));
  return Object.fromEntries([
    ...(shape.attributes.get('occluded') === '1' ? [['occluded', true] as const] : []),
    ...(Number.isFinite(order) && order !== 0 ? [['z_order', order] as const] : []),
    ...pairs,
  ]);
}

function readValue(text: string, type: string | undefined): string | number | boolean {
  if (type === 'text' || type === 'select' || type === 'radio') return text;
  return readAttributeText(text);
}

/** Of a task, a job or a project: wherever they stand under meta. */
function readLabels(root: XmlElement): CvatFile['labels'] {
  const meta = findChild(root, 'meta');
  const lists = meta ? findAll(meta, 'labels') : [];
  const labels = lists.flatMap((list) => listChildren(list, 'label'));
  if (labels.length === 0) return undefined;
  return new Map(labels.map((label) => [findText(label, 'name') ?? '', readTypes(label)]));
}

function readTypes(label: XmlElement): Map<string, string> {
  const list = findChild(label, 'attributes');
  const attributes = list ? listChildren(list, 'attribute') : [];
  return new Map(
    attributes.map((attribute) => [
      findText(attribute, 'name') ?? '',
      findText(attribute, 'input_type') ?? '',
    ]),
  );
}

function findAll(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
}

function tell(file: CvatFile, element: XmlElement, code: Fault['code'], reason: string): void {
  file.faults.push({ path: file.path, place: file.tellLine(element.at), code, reason });
}

function notCvat(root: XmlElement): AppError {
  return new AppError(
    'IMPORT_FORMAT_INVALID',
    `expected CVAT for images with the root <annotations>, found <${root.name}>`,
  );
}
