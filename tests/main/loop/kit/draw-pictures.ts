/** Pictures that a small net tells apart within seconds: classes differ in a shape, not in their mean colour. */
import sharp from 'sharp';
import type { Random } from '../../../../src-main/base/random.ts';

export const shapeNames = ['disc', 'ring', 'stripe'] as const;
export type ShapeName = (typeof shapeNames)[number];

const shapes: Record<ShapeName, (x: number, y: number, size: number) => string> = {
  disc: (x, y, size) => `<circle cx="${x}" cy="${y}" r="${size / 4}" fill="#eee"/>`,
  ring: (x, y, size) =>
    `<circle cx="${x}" cy="${y}" r="${size / 3}" fill="none" stroke="#eee" stroke-width="${size / 10}"/>`,
  stripe: (x, y, size) =>
    `<rect x="${x - size / 10}" y="${y - size / 3}" width="${size / 5}" height="${size / 1.5}" fill="#eee"/>`,
};

/** PNG bytes of a square picture. */
export function drawPicture(shape: ShapeName, size: number, random: Random): Promise<Buffer> {
  const place = () => random.uniform(0.4, 0.6) * size;
  const level = () => random.integer(20, 110);
  const ground = `rgb(${level()},${level()},${level()})`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
    <rect width="100%" height="100%" fill="${ground}"/>${shapes[shape](place(), place(), size)}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
