/** Writes CSV as TensorFlow and Roboflow have it: `<split>/_annotations.csv` beside the split's pictures. */
import { splits } from '../../src-preload/contract/ids.ts';
import { toDecimal } from './decimal.ts';
import type { ExportBox, ExportPicture, FormatWriter } from './picture-record.ts';

const titles = ['filename', 'width', 'height', 'class', 'xmin', 'ymin', 'xmax', 'ymax'];

/** A row per box; a row without corners for a picture's own class; a row of the picture alone for the background. */
export const csvWriter: FormatWriter = {
  toPicturePath: ({ split, fileName }) => `${split}/${fileName}`,
  *listFiles({ pictures }) {
    const hasScores = pictures.some(({ boxes }) => boxes.some((box) => box.score !== null));
    for (const split of splits) {
      const members = pictures.filter((picture) => picture.split === split);
      if (members.length > 0)
        yield { path: `${split}/_annotations.csv`, chunks: writeRows(members, hasScores) };
    }
  },
};

function* writeRows(pictures: readonly ExportPicture[], hasScores: boolean): Iterable<string> {
  yield toRow(hasScores ? [...titles, 'score'] : titles);
  for (const { fileName, width, height, tag, boxes } of pictures) {
    const head = [fileName, String(width), String(height)];
    const empty = ['', '', '', '', ...(hasScores ? [''] : [])];
    if (tag !== null || boxes.length === 0) yield toRow([...head, tag ?? '', ...empty]);
    for (const box of boxes) yield toRow([...head, ...toCells(box, hasScores)]);
  }
}

function toCells({ className, x, y, width, height, score }: ExportBox, hasScores: boolean): string[] {
  const corners = [x, y, x + width, y + height].map(toDecimal);
  return [className, ...corners, ...(hasScores ? [score === null ? '' : toDecimal(score)] : [])];
}

/** Quoted where a sign would part the cell (RFC 4180). */
function toRow(cells: readonly string[]): string {
  const quoted = cells.map((text) =>
    /[",\r\n;]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
  );
  return `${quoted.join(',')}\n`;
}
