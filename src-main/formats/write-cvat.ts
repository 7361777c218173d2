/** Writes "CVAT for images 1.1": `<split>.xml` beside `images/`, so that datumaro too finds the splits. */
import type { BoxAttributes } from '../../src-preload/contract/annotation.ts';
import { splits } from '../../src-preload/contract/ids.ts';
import { toDecimal } from './decimal.ts';
import type { ExportBox, ExportPicture, ExportSet, FormatWriter } from './picture-record.ts';
import { escapeXml } from './xml-text.ts';

export const cvatWriter: FormatWriter = {
  toPicturePath: ({ fileName }) => `images/${fileName}`,
  *listFiles(set) {
    const types = findInputTypes(set);
    for (const split of splits) {
      const pictures = set.pictures.filter((picture) => picture.split === split);
      if (pictures.length > 0)
        yield { path: `${split}.xml`, chunks: writeSplit(set, split, pictures, types) };
    }
  },
};

type InputTypes = ReadonlyMap<string, 'number' | 'checkbox' | 'text'>;

function* writeSplit(
  set: ExportSet,
  split: string,
  pictures: readonly ExportPicture[],
  types: InputTypes,
): Iterable<string> {
  yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n';
  yield `      <name>${escapeXml(set.name)}</name>\n      <size>${pictures.length}</size>\n      <mode>annotation</mode>\n`;
  yield `      <labels>\n${set.classNames.map((name) => writeLabel(name, types)).join('')}      </labels>\n`;
  yield '    </task>\n  </meta>\n';
  for (const [index, picture] of pictures.entries()) yield writeImage(picture, index, split);
  yield '</annotations>\n';
}

function writeLabel(name: string, types: InputTypes): string {
  const attributes = [...types].map(
    ([attribute, type]) =>
      `<attribute><name>${escapeXml(attribute)}</name><mutable>False</mutable><input_type>${type}</input_type><default_value></default_value><values></values></attribute>`,
  );
  return `        <label><name>${escapeXml(name)}</name><attributes>${attributes.join('')}</attributes></label>\n`;
}

function writeImage(picture: ExportPicture, index: number, split: string): string {
  const { fileName, width, height, tag, boxes } = picture;
  const head = `id="${index}" name="${escapeXml(fileName)}" subset="${split}" width="${width}" height="${height}"`;
  const tags = tag === null ? '' : `    <tag label="${escapeXml(tag)}" source="manual"></tag>\n`;
  return `  <image ${head}>\n${tags}${boxes.map(writeBox).join('')}  </image>\n`;
}

function writeBox(box: ExportBox): string {
  const { occluded, z_order: order } = box.attributes;
  const corners = { xtl: box.x, ytl: box.y, xbr: box.x + box.width, ybr: box.y + box.height };
  const places = Object.entries(corners).map(([name, value]) => `${name}="${toDecimal(value)}"`);
  const source = box.source === 'model' ? 'auto' : 'manual';
  const about = `occluded="${occluded === true || occluded === 1 ? 1 : 0}" source="${source}" z_order="${Number.isInteger(order) ? order : 0}"`;
  const attributes = Object.entries(carriedAttributes(box)).map(
    ([name, value]) => `<attribute name="${escapeXml(name)}">${escapeXml(String(value))}</attribute>`,
  );
  return `    <box label="${escapeXml(box.className)}" ${about} ${places.join(' ')}>${attributes.join('')}</box>\n`;
}

/** What is not a box's own: occluded and z_order are, a score is not. */
function carriedAttributes({ attributes, score }: ExportBox): BoxAttributes {
  const { occluded: _, z_order: __, ...others } = attributes;
  return score === null ? others : { ...others, score };
}

/** Numbers and truth values where all boxes agree on it, text for the rest. */
function findInputTypes({ pictures }: ExportSet): InputTypes {
  const types = new Map<string, 'number' | 'checkbox' | 'text'>();
  for (const { boxes } of pictures) {
    for (const [name, value] of boxes.flatMap((box) => Object.entries(carriedAttributes(box)))) {
      const type = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'checkbox' : 'text';
      types.set(name, (types.get(name) ?? type) === type ? type : 'text');
    }
  }
  return types;
}
