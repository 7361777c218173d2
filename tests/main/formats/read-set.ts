/** The set that datumaro, pycocotools and Label Studio's converter have read from our exports, drawn again. */
import { createHash } from 'node:crypto';
import { createRandom } from '../../../src-main/base/random.ts';
import { chooseFileNames } from '../../../src-main/formats/choose-file-names.ts';
import { formatWriters } from '../../../src-main/formats/formats.ts';
import type { ExportPicture, ExportSet } from '../../../src-main/formats/picture-record.ts';
import { drawSet } from './drawn-set.ts';

export const datumaroFormats = ['coco', 'voc', 'yolo', 'cvat'] as const;
export const readFormats = [...datumaroFormats, 'label-studio'] as const;

const names = ['leaf', 'early blight', 'Fäule "2"', '果実', 'a<b & c>d'];

/** Twelve draws in one, as PNG, which datumaro opens. */
export function drawReadSet(): ExportSet {
  const pictures: readonly ExportPicture[] = Array.from({ length: 12 }, (_, seed) =>
    drawSet(createRandom(seed, 'read by datumaro'), names),
  ).flatMap((set) => set.pictures);
  const fileNames = chooseFileNames(pictures.map(({ fileName }) => fileName.replace(/\.\w+$/, '.png')));
  return {
    name: 'read',
    classNames: names,
    pictures: pictures.map((picture, index) => ({ ...picture, fileName: fileNames[index] ?? '' })),
  };
}

/** Of all files of an export: what was read is what is written now. */
export function digestOf(format: (typeof readFormats)[number], set: ExportSet): string {
  const hash = createHash('sha256');
  for (const { path, chunks } of formatWriters[format].listFiles(set)) {
    hash.update(`${path}\n`);
    for (const chunk of chunks) hash.update(chunk);
  }
  return hash.digest('hex');
}
