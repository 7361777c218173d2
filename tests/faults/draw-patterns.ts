/** Pictures that the smallest net tells apart within seconds: stripes whose direction is the class. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createRandom } from '../../src-main/base/random.ts';

export const patternNames = ['across', 'down', 'slant'] as const;
export type PatternName = (typeof patternNames)[number];

const phases: Record<PatternName, (x: number, y: number) => number> = {
  across: (_x, y) => y,
  down: (x) => x,
  slant: (x, y) => 0.7 * (x + y),
};

/** Every number gives another picture. */
export function drawPattern(name: PatternName, number: number, width = 24, height = width): Sharp {
  const random = createRandom(number, name);
  const colour = [0, 1, 2].map(() => random.uniform(60, 195));
  const period = random.uniform(0.2, 0.3) * Math.min(width, height);
  const shift = random.uniform(0, period);
  const pixels = Buffer.alloc(width * height * 3);
  for (let index = 0; index < pixels.length; index++) {
    const place = Math.floor(index / 3);
    const phase = phases[name](place % width, Math.floor(place / width)) + shift;
    const wave = 50 * Math.sin((2 * Math.PI * phase) / period);
    pixels[index] = (colour[index % 3] ?? 0) + wave + random.integer(-8, 8);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

export interface PatternFolder {
  readonly perClass: number;
  readonly names?: readonly PatternName[];
  readonly size?: number;
  /** Number of the first picture: folders that begin elsewhere hold other pictures. */
  readonly first?: number;
}

/** A folder per class. @returns the folder */
export async function drawFolder(
  folder: string,
  { perClass, names = patternNames, size = 24, first = 0 }: PatternFolder,
): Promise<string> {
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true });
    const numbers = Array.from({ length: perClass }, (_, index) => first + index);
    await Promise.all(
      numbers.map((number) =>
        drawPattern(name, number, size)
          .png()
          .toFile(join(folder, name, `${number}.png`)),
      ),
    );
  }
  return folder;
}
