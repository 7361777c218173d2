/** A folder in the layout of YOLO with bright squares and bars on noise, and a data folder that has imported it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import { createRandom } from '../../src-main/base/random.ts';
import { runWell } from './served-station.ts';

const [width, height] = [96, 64];

/** @param counts pictures of each split, with the share of them that show nothing */
export async function drawYoloFolder(
  folder: string,
  counts: Readonly<Record<'train' | 'val' | 'test', number>>,
  backgroundShare = 0.1,
): Promise<string> {
  for (const [split, count] of Object.entries(counts)) {
    mkdirSync(join(folder, split, 'images'), { recursive: true });
    mkdirSync(join(folder, split, 'labels'), { recursive: true });
    for (let index = 0; index < count; index++) {
      const random = createRandom(1, split, index);
      const objects = random.next() < backgroundShare ? 0 : random.integer(1, 3);
      const { pixels, lines } = drawPicture(objects, random);
      const name = join(folder, split, 'images', `${split}${index}.png`);
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(name);
      writeFileSync(join(folder, split, 'labels', `${split}${index}.txt`), lines.join('\n'));
    }
  }
  const splits = Object.keys(counts).map((split) => `${split}: ${split}/images`);
  writeFileSync(join(folder, 'data.yaml'), [...splits, 'names: [bar, square]', ''].join('\n'));
  return folder;
}

function drawPicture(objects: number, random: ReturnType<typeof createRandom>) {
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.integer(0, 60));
  const lines: string[] = [];
  for (let object = 0; object < objects; object++) {
    const isSquare = random.next() < 0.5;
    const [w, h] = isSquare ? [16, 16] : [30, 8];
    const [left, top] = [random.integer(0, width - w), random.integer(0, height - h)];
    for (let row = top; row < top + h; row++) {
      pixels.fill(isSquare ? 240 : 200, (row * width + left) * 3, (row * width + left + w) * 3);
    }
    const centre = [(left + w / 2) / width, (top + h / 2) / height];
    lines.push([isSquare ? 1 : 0, ...centre, w / width, h / height].join(' '));
  }
  return { pixels, lines };
}

/** A temporary folder with the pictures and a station of them, with the dataset `shapes`. Removed after the tests. */
export async function createDetectorFolder(
  counts: Readonly<Record<'train' | 'val' | 'test', number>>,
): Promise<{ readonly dataDir: string; readonly scratch: string }> {
  const scratch = mkdtempSync(join(tmpdir(), 'fieldstation-detector-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const dataDir = join(scratch, 'station');
  const pictures = await drawYoloFolder(join(scratch, 'pictures'), counts);
  await runWell(dataDir, 'init', '--task', 'detection');
  await runWell(dataDir, 'import', pictures, '--format', 'yolo');
  await runWell(dataDir, 'dataset', 'create', 'shapes');
  return { dataDir, scratch };
}
