/** Writes one drawn set in every format that a reference tool reads, with pictures, for the oracles beside; digests go to stdout. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatWriters } from '../../../src-main/formats/formats.ts';
import { encodePlainPng } from '../../../src-main/vision/plain-png.ts';
import { digestOf, drawReadSet, readFormats } from '../../main/formats/read-set.ts';

const [, , folder = '.'] = process.argv;
const set = drawReadSet();

for (const format of readFormats) {
  const put = (path: string, content: string | Uint8Array) => {
    const target = join(folder, format, ...path.split('/'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  };
  for (const picture of set.pictures) {
    const { width, height } = picture;
    const pixels = new Uint8Array(width * height);
    put(formatWriters[format].toPicturePath(picture), encodePlainPng({ pixels, width, height }));
  }
  for (const { path, chunks } of formatWriters[format].listFiles(set)) put(path, [...chunks].join(''));
}
process.stdout.write(
  JSON.stringify(Object.fromEntries(readFormats.map((format) => [format, digestOf(format, set)]))),
);
