/** Pictures of every kind that people have, made as the test needs them. */
import sharp, { type Sharp } from 'sharp';

export const orange = { r: 200, g: 100, b: 50 } as const;

export function drawSolid(
  options: { width?: number; height?: number; alpha?: number; seed?: number } = {},
): Sharp {
  const { width = 40, height = 30, alpha, seed = 0 } = options;
  const color = { ...orange, b: (orange.b + seed) % 256 };
  const background = alpha === undefined ? color : { ...color, alpha };
  return sharp({ create: { width, height, channels: alpha === undefined ? 3 : 4, background } });
}

/** Left half red, right half blue. */
export function drawHalves(width = 40, height = 20): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let index = 0; index < width * height; index++) {
    pixels[index * 3 + (index % width < width / 2 ? 0 : 2)] = 255;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

export function drawNoise(side: number): Sharp {
  const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
  return sharp({ create: { width: side, height: side, channels: 3, background: '#808080', noise } });
}

export function toJpeg(picture: Sharp): Promise<Buffer> {
  return picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** A header that promises 20,000 × 20,000 pixels. */
export async function drawHuge(): Promise<Buffer> {
  const png = await drawSolid({ width: 8, height: 8 }).png().toBuffer();
  const { crc32 } = await import('node:zlib');
  png.writeUInt32BE(20_000, 16);
  png.writeUInt32BE(20_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}
