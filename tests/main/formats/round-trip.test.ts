/** What is written is read back the same, in every format, up to what the format has a place for. */
import { expect, test } from 'vitest';
import { createRandom } from '../../../src-main/base/random.ts';
import { detectFormat } from '../../../src-main/formats/detect-format.ts';
import { listLosses } from '../../../src-main/formats/list-losses.ts';
import type { ExportBox, ExportSet } from '../../../src-main/formats/picture-record.ts';
import { type AnnotationFormat, annotationFormatSchema } from '../../../src-preload/contract/format.ts';
import { drawSet } from './drawn-set.ts';
import { createMemoryFolder, readFiles, summarize, writeFiles } from './memory-folder.ts';

const setsPerFormat = 2_000;
/** Takes away what the losses say is lost. */
function reduce(format: AnnotationFormat, set: ExportSet): ExportSet {
  const lost = listLosses(format, set).map(({ what }) => what);
  const losesAttributes = lost.some((what) => what.startsWith('attributes'));
  const toBox = (box: ExportBox) => ({
    ...box,
    score: lost.includes('scores') ? null : box.score,
    attributes: losesAttributes ? {} : box.attributes,
  });
  const pictures = set.pictures.map((picture) => ({
    ...picture,
    tag: lost.includes('class of the picture') ? null : picture.tag,
    boxes: picture.boxes.map(toBox),
  }));
  return { ...set, pictures };
}

/** Shares and percents are rounded at the sixteenth digit. */
function near(box: Omit<ExportBox, 'source'>) {
  const { source: _, ...own } = box as ExportBox;
  const close = (value: number) => expect.closeTo(value, 8);
  return { ...own, x: close(box.x), y: close(box.y), width: close(box.width), height: close(box.height) };
}

test.each(annotationFormatSchema.options)(
  `${setsPerFormat} drawn sets come back equal by way of %s`,
  async (format) => {
    for (let seed = 0; seed < setsPerFormat; seed++) {
      const set = drawSet(createRandom(seed, 'formats', format));
      const files = writeFiles(format, set);
      const reading = await readFiles(format, files);
      expect(reading.faults, `seed ${seed}`).toEqual([]);
      const sizes = new Map(set.pictures.map(({ fileName, width, height }) => [fileName, { width, height }]));
      const found = summarize(reading, sizes);
      const { pictures } = reduce(format, set);
      expect(found.size, `seed ${seed}`).toBe(pictures.length);
      for (const { fileName, split, tag, boxes } of pictures) {
        const expected = { split, tag, state: 'labelled', boxes: boxes.map(near), faults: [] };
        expect(found.get(fileName), `seed ${seed}, ${fileName}`).toEqual(expected);
      }
    }
  },
  120_000,
);

test.each(annotationFormatSchema.options)('recognizes its own %s', async (format) => {
  const set = drawSet(createRandom(7, 'recognized'));
  expect(await detectFormat(createMemoryFolder(writeFiles(format, set)))).toBe(format);
});

test.each(['coco', 'yolo', 'cvat'] as const)('keeps the order of the classes in %s', async (format) => {
  const set = { ...drawSet(createRandom(3, 'order')), classNames: ['z', 'a', 'm'] };
  const pictures = set.pictures.map((picture) => ({ ...picture, tag: null, boxes: [] }));
  expect((await readFiles(format, writeFiles(format, { ...set, pictures }))).classNames).toEqual([
    'z',
    'a',
    'm',
  ]);
});
