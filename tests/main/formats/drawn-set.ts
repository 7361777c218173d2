/** Sets of annotated pictures drawn at random, with all that formats stumble over. */
import type { Random } from '../../../src-main/base/random.ts';
import type { ExportBox, ExportPicture, ExportSet } from '../../../src-main/formats/picture-record.ts';
import { splits } from '../../../src-preload/contract/ids.ts';

const awkwardNames = [
  'leaf',
  'early blight',
  'Fäule "2"',
  "l'œuf",
  '果実',
  'a<b & c>d',
  'x, y; z',
  '- 1',
  '#9',
  'yes',
  '0x1F',
  'a:b',
];
const flags = ['difficult', 'truncated', 'occluded', 'iscrowd'];

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(0, items.length - 1)] as T;
}

/** A quarter of the coordinates whole, some on the border, some tiny. */
function drawSpan(random: Random, size: number): [start: number, length: number] {
  const kind = random.integer(0, 3);
  if (kind === 0) return [0, size];
  if (kind === 1) {
    const start = random.integer(0, size - 1);
    return [start, random.integer(1, size - start)];
  }
  const start = random.uniform(0, size * 0.9);
  return [start, random.uniform(kind === 2 ? 0.02 : 1, size - start)];
}

function drawBox(random: Random, classNames: readonly string[], width: number, height: number): ExportBox {
  const [x, boxWidth] = drawSpan(random, width);
  const [y, boxHeight] = drawSpan(random, height);
  const set = flags.filter(() => random.next() < 0.15).map((flag) => [flag, true] as const);
  const more =
    random.next() < 0.3 ? [['ripe', pick(random, ['no', 'half & half', 'très "mûr"'])] as const] : [];
  const number = random.next() < 0.2 ? [['weight', random.integer(-5, 500) / 4] as const] : [];
  return {
    className: pick(random, classNames),
    x,
    y,
    width: boxWidth,
    height: boxHeight,
    score: random.next() < 0.2 ? random.next() : null,
    attributes: Object.fromEntries([...set, ...more, ...number]),
    source: pick(random, ['human', 'import', 'model']),
  };
}

/** @param names of which some are the classes */
export function drawSet(random: Random, names: readonly string[] = awkwardNames): ExportSet {
  const classNames = random.shuffle(names).slice(0, random.integer(1, names.length));
  const pictures = Array.from({ length: random.integer(1, 4) }, (_, index): ExportPicture => {
    const [width, height] = [random.integer(30, 900), random.integer(30, 900)];
    return {
      fileName: `${pick(random, ['a', 'Bild_ä', 'x.y', '1'])}-${index}.${pick(random, ['jpg', 'PNG', 'webp'])}`,
      width,
      height,
      split: pick(random, splits),
      tag: random.next() < 0.3 ? pick(random, classNames) : null,
      boxes: Array.from({ length: random.integer(0, 5) }, () => drawBox(random, classNames, width, height)),
    };
  });
  return { name: 'drawn', classNames, pictures };
}
