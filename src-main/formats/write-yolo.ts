/** Writes YOLO: data.yaml, `images/<split>/` and `labels/<split>/`; a background picture gets an empty txt file. */
import { stringify } from 'yaml';
import { splits } from '../../src-preload/contract/ids.ts';
import { toDecimal } from './decimal.ts';
import type { ExportPicture, ExportSet, FormatWriter } from './picture-record.ts';
import { withoutEnding } from './source-folder.ts';

export const yoloWriter: FormatWriter = {
  toPicturePath: ({ split, fileName }) => `images/${split}/${fileName}`,
  *listFiles(set) {
    yield { path: 'data.yaml', chunks: [writeDescription(set)] };
    const numbers = new Map(set.classNames.map((name, index) => [name, index]));
    for (const picture of set.pictures) {
      const path = `labels/${picture.split}/${withoutEnding(picture.fileName)}.txt`;
      yield { path, chunks: [writeLines(picture, numbers)] };
    }
  },
};

/** Ultralytics asks for train and val even where there are none. */
function writeDescription({ classNames, pictures }: ExportSet): string {
  const present = splits.filter((split) => pictures.some((picture) => picture.split === split));
  const [first = 'train'] = present;
  const places = Object.fromEntries(present.map((split) => [split, `images/${split}`]));
  const names = Object.fromEntries(classNames.map((name, index) => [index, name]));
  const needed = { train: `images/${first}`, val: `images/${first}` };
  return stringify({ path: '.', ...needed, ...places, nc: classNames.length, names });
}

function writeLines({ width, height, boxes }: ExportPicture, numbers: ReadonlyMap<string, number>): string {
  const lines = boxes.map((box) => {
    const centre = [(box.x + box.width / 2) / width, (box.y + box.height / 2) / height];
    const shares = [...centre, box.width / width, box.height / height];
    return `${[numbers.get(box.className) ?? 0, ...shares.map(toDecimal)].join(' ')}\n`;
  });
  return lines.join('');
}
