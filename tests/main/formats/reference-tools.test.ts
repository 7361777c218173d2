/** Other tools read what is written here, and what they write is read here (made by tests/oracles/formats). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ExportBox } from '../../../src-main/formats/picture-record.ts';
import { splits } from '../../../src-preload/contract/ids.ts';
import { readFiles, summarize } from './memory-folder.ts';
import { datumaroFormats, digestOf, drawReadSet, readFormats } from './read-set.ts';

function readFixture<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> {
  const path = join(import.meta.dirname, '..', '..', 'fixtures', 'formats', name);
  return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

const boxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const attributesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const readBoxSchema = z.object({ className: z.string(), box: boxSchema, attributes: attributesSchema });
const exportsRead = readFixture(
  'exports-read.json',
  z.object({
    digests: z.record(z.enum(readFormats), z.string()),
    datumaro: z.record(
      z.enum(datumaroFormats),
      z.object({
        classNames: z.array(z.string()),
        pictures: z.array(
          z.object({
            name: z.string(),
            split: z.enum(splits),
            tags: z.array(z.string()),
            boxes: z.array(readBoxSchema),
          }),
        ),
      }),
    ),
    pycocotools: z.array(
      z.object({
        name: z.string(),
        split: z.enum(splits),
        size: z.tuple([z.number(), z.number()]),
        boxes: z.array(
          z.object({ className: z.string(), box: boxSchema, iscrowd: z.number(), area: z.number() }),
        ),
      }),
    ),
  }),
);
const labelStudioRead = readFixture(
  'label-studio-read.json',
  z.array(
    z.object({
      name: z.string(),
      /** Told with boxes alone. */
      size: z.tuple([z.number().nullable(), z.number().nullable()]),
      boxes: z.array(z.object({ className: z.string(), box: boxSchema })),
    }),
  ),
);
const datumaroWritten = readFixture(
  'datumaro-written.json',
  z.record(
    z.enum(['coco', 'voc', 'yolo', 'darknet', 'cvat']),
    z.object({
      files: z.record(z.string(), z.string()),
      pictures: z.array(
        z.object({
          name: z.string(),
          split: z.enum(splits),
          size: z.tuple([z.number(), z.number()]),
          boxes: z.array(z.object({ className: z.string(), box: boxSchema, occluded: z.boolean() })),
        }),
      ),
    }),
  ),
);

const set = drawReadSet();
const byName = <T extends { name: string }>(first: T, second: T) => (first.name < second.name ? -1 : 1);
const stemOf = (fileName: string) => fileName.replace(/\.\w+$/, '');
const cornersOf = ({ x, y, width, height }: ExportBox) => [x, y, width, height];
const near = (digits: number) => (value: number) => expect.closeTo(value, digits);

/** datumaro keeps two decimals of what it reads. */
const datumaroDigits = 1;

/** What datumaro calls what we have; YOLO carries boxes alone, CVAT scores as an attribute. */
function attributesIn(format: (typeof datumaroFormats)[number], { attributes, score }: ExportBox) {
  if (format === 'yolo') return {};
  const { iscrowd, ...others } = attributes;
  const crowd = iscrowd === undefined ? {} : { [format === 'coco' ? 'is_crowd' : 'iscrowd']: iscrowd };
  return { ...others, ...crowd, ...(score !== null && format !== 'voc' && { score }) };
}

test.each(readFormats)('an export as %s is still what the reference tools have read', (format) => {
  expect(digestOf(format, set)).toBe(exportsRead.digests[format]);
});

describe.each(datumaroFormats)('an export as %s', (format) => {
  test('has for datumaro the same pictures, splits, classes, boxes and flags', () => {
    const found = exportsRead.datumaro[format];
    expect(found.classNames).toEqual(set.classNames);
    const hasTags = format === 'cvat';
    const expected = set.pictures.map(({ fileName, split, tag, boxes }) => ({
      name: stemOf(fileName),
      split,
      tags: hasTags && tag !== null ? [tag] : [],
      boxes: boxes.map((box) => ({
        className: box.className,
        box: cornersOf(box).map(near(datumaroDigits)),
        attributes: textIn(format, attributesIn(format, box)),
      })),
    }));
    expect([...found.pictures].sort(byName)).toEqual(expected.sort(byName));
  });
});

/** datumaro reads the added attributes of VOC as text. */
function textIn(format: string, attributes: Record<string, unknown>) {
  if (format !== 'voc') return attributes;
  const flags = ['difficult', 'truncated', 'occluded', 'pose'];
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, flags.includes(name) ? value : String(value)]),
  );
}

test('an export as COCO has for pycocotools the same sizes, boxes, areas and crowds', () => {
  const expected = set.pictures.map(({ fileName, split, width, height, boxes }) => ({
    name: fileName,
    split,
    size: [width, height],
    boxes: boxes.map((box) => ({
      className: box.className,
      box: cornersOf(box),
      iscrowd: box.attributes.iscrowd === true ? 1 : 0,
      area: box.width * box.height,
    })),
  }));
  expect([...exportsRead.pycocotools].sort(byName)).toEqual(expected.sort(byName));
});

test('an export for Label Studio has for its own converter the same boxes', () => {
  const labelled = set.pictures.filter(({ boxes }) => boxes.length > 0);
  const expected = labelled.map(({ fileName, width, height, boxes }) => ({
    name: fileName,
    size: [width, height],
    boxes: boxes.map((box) => ({ className: box.className, box: cornersOf(box).map(near(6)) })),
  }));
  // To COCO it takes pictures without a box along, or not, as it likes.
  const found = labelStudioRead.filter(({ boxes }) => boxes.length > 0);
  expect(found.sort(byName)).toEqual(expected.sort(byName));
});

test.each(['coco', 'voc', 'yolo', 'darknet', 'cvat'] as const)(
  'what datumaro wrote as %s is read the same',
  async (kind) => {
    const { files, pictures: all } = datumaroWritten[kind];
    // Of pictures without objects it writes no XML file, so that nothing is known of them.
    const pictures = kind === 'voc' ? all.filter(({ boxes }) => boxes.length > 0) : all;
    const format = kind === 'darknet' ? 'yolo' : kind;
    const reading = await readFiles(format, files);
    expect(reading.faults).toEqual([]);
    const fileNameOf = (name: string) =>
      Object.keys(files)
        .map((path) => path.slice(path.lastIndexOf('/') + 1))
        .find((file) => /\.(jpg|png)$/.test(file) && stemOf(file) === name) ?? name;
    const sizes = pictures.map(
      ({ name, size: [width, height] }) => [fileNameOf(name), { width, height }] as const,
    );
    const found = summarize(reading, new Map(sizes));
    expect(found.size).toBe(pictures.length);
    for (const { name, split, boxes } of pictures) {
      const picture = found.get(fileNameOf(name));
      expect(picture, name).toMatchObject({ split, state: 'labelled', faults: [] });
      const expected = boxes.map(({ className, box, occluded }) => ({
        className,
        corners: box.map(near(1)),
        occluded: format === 'yolo' ? false : occluded,
      }));
      const got = picture?.boxes.map((box) => ({
        className: box.className,
        corners: [box.x, box.y, box.width, box.height],
        occluded: box.attributes.occluded ?? false,
      }));
      expect(got, name).toEqual(expected);
    }
  },
);
