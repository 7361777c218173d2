/** Draws pictures of leaves, healthy and ill, as different cameras see them: seeded, so that a demo can be repeated. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createRandom, type Random } from '../../../base/random.ts';

export const leafConditions = ['healthy', 'early', 'advanced', 'severe'] as const;
export type LeafCondition = (typeof leafConditions)[number];

/** `first`: a good camera in daylight. `harder`: a cheap one under a plastic roof, from further away. */
export type LeafCamera = 'first' | 'harder';

export interface LeafPicture {
  readonly condition: LeafCondition;
  readonly camera: LeafCamera;
  readonly seed: number;
}

/** Side of the square picture in pixels. */
const side = 160;

type Range = readonly [least: number, most: number];

/** What sets the conditions apart: how many spots, how large (share of the leaf's length), how yellow the leaf. */
const signs: Record<LeafCondition, Record<'spots' | 'radius' | 'yellowing' | 'patches', Range>> = {
  healthy: { spots: [0, 0], radius: [0, 0], yellowing: [0, 0.12], patches: [0, 0] },
  early: { spots: [3, 6], radius: [0.018, 0.032], yellowing: [0, 0.2], patches: [0, 0] },
  advanced: { spots: [12, 20], radius: [0.025, 0.05], yellowing: [0.2, 0.5], patches: [0, 0] },
  severe: { spots: [8, 14], radius: [0.03, 0.06], yellowing: [0.5, 0.9], patches: [3, 5] },
};

/** One JPEG; the same picture for the same arguments. */
export async function drawLeaf(picture: LeafPicture): Promise<Buffer> {
  const random = createRandom(picture.seed, 'leaf', picture.condition, picture.camera);
  const svg = Buffer.from(describeScene(picture, random));
  const drawn = sharp(svg, { density: 72 }).resize(side, side);
  return picture.camera === 'first' ? seeWithGoodCamera(drawn, random) : seeWithCheapCamera(drawn, random);
}

/** Writes `<folder>/<condition>/<camera>-0001.jpg` and so on, `count` pictures of each condition. */
export async function writeLeafFolder(
  folder: string,
  options: { readonly camera: LeafCamera; readonly count: number; readonly seed: number },
): Promise<void> {
  for (const condition of leafConditions) {
    await mkdir(join(folder, condition), { recursive: true });
    const numbers = Array.from({ length: options.count }, (_, index) => index + 1);
    await Promise.all(
      numbers.map(async (number) => {
        const picture = { condition, camera: options.camera, seed: options.seed * 100_000 + number };
        const name = `${options.camera}-${String(number).padStart(4, '0')}.jpg`;
        await writeFile(join(folder, condition, name), await drawLeaf(picture));
      }),
    );
  }
}

async function seeWithGoodCamera(drawn: Sharp, random: Random): Promise<Buffer> {
  return drawn
    .modulate({ brightness: random.uniform(0.88, 1.12), saturation: random.uniform(0.9, 1.1) })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Violet light through plastic, fewer pixels, sensor noise, hard compression. */
async function seeWithCheapCamera(drawn: Sharp, random: Random): Promise<Buffer> {
  const pixels = random.integer(84, 110);
  const tinted = await drawn
    .resize(pixels, pixels)
    .modulate({ brightness: random.uniform(0.72, 1), saturation: random.uniform(0.6, 0.9) })
    .recomb([
      [random.uniform(0.95, 1.1), 0.06, 0.04],
      [0.03, random.uniform(0.82, 0.95), 0.03],
      [0.06, 0.06, random.uniform(1.02, 1.25)],
    ])
    .removeAlpha()
    .raw()
    .toBuffer();
  const noise = random.uniform(4, 9);
  const noisy = Buffer.from(
    tinted.map((value) => Math.max(0, Math.min(255, value + noise * random.normal()))),
  );
  return sharp(noisy, { raw: { width: pixels, height: pixels, channels: 3 } })
    .resize(side, side)
    .blur(random.uniform(0.4, 0.9))
    .jpeg({ quality: 55 })
    .toBuffer();
}

function describeScene({ condition, camera }: LeafPicture, random: Random): string {
  const scale = camera === 'first' ? random.uniform(0.95, 1.2) : random.uniform(0.72, 0.98);
  const shift = () => random.uniform(-10, 10) * (camera === 'first' ? 1 : 1.8);
  const pose = `translate(${80 + shift()} ${80 + shift()}) rotate(${random.uniform(0, 360)}) scale(${scale})`;
  const light = random.uniform(-0.5, 0.5);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 160 160">
    ${describeFilters(random)}
    ${describeBackground(camera, random)}
    <g transform="${pose}">${describeLeaf(condition, random)}</g>
    <rect width="160" height="160" fill="url(#light)" opacity="${0.25 + 0.2 * Math.abs(light)}"/>
  </svg>`;
}

function describeFilters(random: Random): string {
  const angle = random.uniform(0, 360);
  return `<defs>
    <filter id="soft"><feGaussianBlur stdDeviation="0.7"/></filter>
    <filter id="shadow"><feGaussianBlur stdDeviation="3"/></filter>
    <filter id="rough" x="-20%" y="-20%" width="140%" height="140%">
      <feTurbulence type="fractalNoise" baseFrequency="0.06" numOctaves="3" seed="${random.integer(0, 9999)}"/>
      <feDisplacementMap in="SourceGraphic" scale="7"/>
    </filter>
    <filter id="ground">
      <feTurbulence type="fractalNoise" baseFrequency="${random.uniform(0.03, 0.12)}" numOctaves="4" seed="${random.integer(0, 9999)}"/>
      <feColorMatrix type="saturate" values="0.25"/>
    </filter>
    <linearGradient id="light" gradientTransform="rotate(${angle} 0.5 0.5)">
      <stop offset="0" stop-color="#fff"/><stop offset="0.5" stop-color="#888" stop-opacity="0"/><stop offset="1" stop-color="#000"/>
    </linearGradient>
  </defs>`;
}

/** Soil and gravel for the first camera; bench, tray and foil for the harder one. */
function describeBackground(camera: LeafCamera, random: Random): string {
  const hue = camera === 'first' ? random.uniform(22, 40) : random.uniform(20, 230);
  const base = `hsl(${hue} ${random.uniform(10, 30)}% ${random.uniform(30, 55)}%)`;
  const stones = Array.from({ length: random.integer(5, 14) }, () => {
    const tone = `hsl(${hue} ${random.uniform(5, 20)}% ${random.uniform(20, 65)}%)`;
    const radius = random.uniform(3, 12);
    return `<ellipse cx="${random.uniform(0, 160)}" cy="${random.uniform(0, 160)}" rx="${radius}" ry="${radius * random.uniform(0.5, 1)}" fill="${tone}" filter="url(#soft)"/>`;
  });
  const slats =
    camera === 'first'
      ? []
      : [20, 60, 100, 140].map(
          (x) =>
            `<rect x="${x + random.uniform(-6, 6)}" width="${random.uniform(4, 9)}" height="160" fill="#fff" opacity="0.18"/>`,
        );
  return `<rect width="160" height="160" fill="${base}"/>
    <rect width="160" height="160" filter="url(#ground)" opacity="0.35"/>${stones.join('')}${slats.join('')}`;
}

/** Leaf along the x axis, stem at the left, about 120 long; width and curl vary. */
function describeLeaf(condition: LeafCondition, random: Random): string {
  const sign = signs[condition];
  const width = random.uniform(27, 38);
  const curl = random.uniform(-9, 9);
  const yellowing = between(random, sign.yellowing);
  const hue = 118 - 62 * yellowing + random.uniform(-10, 6);
  const lightness = 30 + 14 * yellowing + random.uniform(-5, 7);
  const blade = outlineBlade(width, curl);
  const fill = `hsl(${hue} ${random.uniform(42, 60)}% ${lightness}%)`;
  const vein = `hsl(${hue - 12} 35% ${lightness + 17}%)`;
  const marks = [
    ...describePatches(countBetween(random, sign.patches), width, random),
    ...describeSpots(countBetween(random, sign.spots), sign.radius, width, random),
  ];
  return `<path d="${blade}" transform="translate(3 5)" fill="#000" opacity="0.4" filter="url(#shadow)"/>
    <path d="M -62 ${curl * 0.4} q -10 2 -16 6" stroke="${vein}" stroke-width="3.4" fill="none"/>
    <clipPath id="blade"><path d="${blade}"/></clipPath>
    <path d="${blade}" fill="${fill}"/>
    <g clip-path="url(#blade)">
      <path d="${blade}" transform="translate(0 -${width * 0.5})" fill="#fff" opacity="0.1" filter="url(#soft)"/>
      ${describeVeins(width, curl, vein)}
      ${marks.join('')}
    </g>`;
}

function outlineBlade(width: number, curl: number): string {
  return `M -62 ${curl * 0.4} C -38 ${-width - 6 + curl}, 18 ${-width + curl}, 62 ${-curl}
    C 22 ${width * 0.92 + curl}, -36 ${width + 4 + curl}, -62 ${curl * 0.4} Z`;
}

function describeVeins(width: number, curl: number, color: string): string {
  const ribs = [-44, -28, -12, 4, 20, 36].flatMap((x) =>
    [-1, 1].map((half) => `M ${x} ${curl * 0.5} q 10 ${half * width * 0.45} 24 ${half * width * 0.85}`),
  );
  return `<path d="M -62 ${curl * 0.4} Q 0 ${curl} 62 ${-curl}" stroke="${color}" stroke-width="2" fill="none"/>
    <path d="${ribs.join(' ')}" stroke="${color}" stroke-width="0.9" fill="none" opacity="0.75"/>`;
}

/** Brown spots with a yellow halo and a dark rim, as early blight makes them. */
function describeSpots(
  count: number,
  [least, most]: readonly [number, number],
  width: number,
  random: Random,
): string[] {
  return Array.from({ length: count }, () => {
    const radius = 120 * random.uniform(least, most);
    const x = random.uniform(-48, 48);
    const y = random.uniform(-0.62, 0.62) * width * (1 - Math.abs(x) / 90);
    const brown = `hsl(${random.uniform(18, 32)} ${random.uniform(40, 60)}% ${random.uniform(16, 28)}%)`;
    return `<g filter="url(#soft)"><circle cx="${x}" cy="${y}" r="${radius * 1.7}" fill="#d8c547" opacity="0.55"/>
      <ellipse cx="${x}" cy="${y}" rx="${radius}" ry="${radius * random.uniform(0.75, 1)}" fill="${brown}" stroke="#2a1a10" stroke-width="0.7"/>
      <circle cx="${x}" cy="${y}" r="${radius * 0.4}" fill="#a98a63" opacity="0.8"/></g>`;
  });
}

/** Dead tissue that eats in from the edge. */
function describePatches(count: number, width: number, random: Random): string[] {
  return Array.from({ length: count }, () => {
    const x = random.uniform(-40, 58);
    const edge = random.integer(0, 1) === 0 ? -1 : 1;
    const y = edge * width * random.uniform(0.45, 0.85);
    return `<ellipse cx="${x}" cy="${y}" rx="${random.uniform(11, 22)}" ry="${random.uniform(8, 15)}" fill="hsl(${random.uniform(22, 34)} 32% ${random.uniform(20, 32)}%)" filter="url(#rough)"/>`;
  });
}

const between = (random: Random, [least, most]: Range) => random.uniform(least, most);
const countBetween = (random: Random, [least, most]: Range) => random.integer(least, most);
