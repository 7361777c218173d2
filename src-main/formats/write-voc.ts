/** Writes Pascal VOC: an XML file per picture, lists per split, and datumaro's list of the classes. */
import type { BoxAttributes } from '../../src-preload/contract/annotation.ts';
import { splits } from '../../src-preload/contract/ids.ts';
import { toDecimal } from './decimal.ts';
import type { ExportBox, ExportFile, ExportPicture, ExportSet, FormatWriter } from './picture-record.ts';
import { withoutEnding } from './source-folder.ts';
import { escapeXml } from './xml-text.ts';

const flags = ['truncated', 'difficult', 'occluded'] as const;

export const vocWriter: FormatWriter = {
  toPicturePath: ({ fileName }) => `JPEGImages/${fileName}`,
  *listFiles(set) {
    yield { path: 'labelmap.txt', chunks: writeLabelMap(set.classNames) };
    yield* listSplits(set);
    for (const picture of set.pictures)
      yield { path: `Annotations/${withoutEnding(picture.fileName)}.xml`, chunks: [toXml(picture)] };
  },
};

/** Names with the sign that parts the columns would not be read back: such a list is left out. */
function writeLabelMap(classNames: readonly string[]): string[] {
  const isPlain = classNames.every((name) => !/^#|:/.test(name));
  return ['# label:color_rgb:parts:actions\n', ...(isPlain ? classNames.map((name) => `${name}:::\n`) : [])];
}

function* listSplits({ pictures }: ExportSet): Iterable<ExportFile> {
  for (const split of splits) {
    const members = pictures.filter((picture) => picture.split === split);
    const chunks = members.map(({ fileName }) => `${withoutEnding(fileName)}\n`);
    if (chunks.length > 0) yield { path: `ImageSets/Main/${split}.txt`, chunks };
  }
}

function toXml({ fileName, width, height, boxes }: ExportPicture): string {
  const size = `<width>${width}</width><height>${height}</height><depth>3</depth>`;
  return [
    '<annotation>',
    '  <folder>JPEGImages</folder>',
    `  <filename>${escapeXml(fileName)}</filename>`,
    `  <size>${size}</size>`,
    '  <segmented>0</segmented>',
    ...boxes.map(toObject),
    '</annotation>',
    '',
  ].join('\n');
}

function toObject({ className, x, y, width, height, attributes }: ExportBox): string {
  const { truncated: _, difficult: __, occluded: ___, pose, ...others } = attributes;
  const corners = { xmin: x, ymin: y, xmax: x + width, ymax: y + height };
  const tags = Object.entries(corners).map(([name, value]) => `<${name}>${toDecimal(value)}</${name}>`);
  return [
    '  <object>',
    `    <name>${escapeXml(className)}</name>`,
    `    <pose>${escapeXml(String(pose ?? 'Unspecified'))}</pose>`,
    ...flags.map((flag) => `    <${flag}>${isSet(attributes[flag]) ? 1 : 0}</${flag}>`),
    `    <bndbox>${tags.join('')}</bndbox>`,
    ...writePairs(others),
    '  </object>',
  ].join('\n');
}

function isSet(flag: BoxAttributes[string] | undefined): boolean {
  return flag === true || flag === 1 || flag === '1';
}

/** As CVAT and datumaro add them. */
function writePairs(attributes: BoxAttributes): string[] {
  const pairs = Object.entries(attributes).map(
    ([name, value]) =>
      `<attribute><name>${escapeXml(name)}</name><value>${escapeXml(String(value))}</value></attribute>`,
  );
  return pairs.length === 0 ? [] : [`    <attributes>${pairs.join('')}</attributes>`];
}
