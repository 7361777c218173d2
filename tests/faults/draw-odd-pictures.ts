/** Pictures as the world sends them: rare kinds that are to be read right, and files that are to be refused. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { drawPattern, type PatternName } from './draw-patterns.ts';

export interface OddPicture {
  readonly file: string;
  readonly bytes: Buffer;
  /** Pixels as they are to be read. */
  readonly width: number;
  readonly height: number;
  /** What is to be seen in it. */
  readonly shows: PatternName;
}

const wide = 48;
const high = 32;

/** Upright: the camera was held sideways, and says so. */
async function drawRotated(): Promise<Buffer> {
  const { data, info } = await drawPattern('down', 900, wide, high)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const lying = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .rotate(270)
    .png()
    .toBuffer();
  // 6: turn by 90° clockwise to see it upright.
  return sharp(lying).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
}

/** The first frame shows one pattern, the second another. */
async function drawAnimation(format: 'gif' | 'webp'): Promise<Buffer> {
  const frames = await Promise.all([
    drawPattern('across', 901, wide, high).png().toBuffer(),
    drawPattern('down', 902, wide, high).png().toBuffer(),
  ]);
  const joined = sharp(frames, { join: { animated: true } });
  return format === 'gif' ? joined.gif().toBuffer() : joined.webp({ lossless: true }).toBuffer();
}

export async function drawOddPictures(): Promise<OddPicture[]> {
  const size = { width: wide, height: high };
  const deep = drawPattern('down', 903, wide, high).toColourspace('rgb16').png();
  const printed = drawPattern('across', 904, wide, high).toColourspace('cmyk').jpeg({ quality: 95 });
  const grey = drawPattern('down', 905, wide, high).toColourspace('b-w').png();
  const clear = drawPattern('across', 906, wide, high).ensureAlpha(0.9).png();
  return [
    { file: 'rotated.jpg', bytes: await drawRotated(), ...size, shows: 'down' },
    { file: 'animated.gif', bytes: await drawAnimation('gif'), ...size, shows: 'across' },
    { file: 'animated.webp', bytes: await drawAnimation('webp'), ...size, shows: 'across' },
    { file: '16 bit.png', bytes: await deep.toBuffer(), ...size, shows: 'down' },
    { file: 'cmyk.jpg', bytes: await printed.toBuffer(), ...size, shows: 'across' },
    { file: 'grey.png', bytes: await grey.toBuffer(), ...size, shows: 'down' },
    { file: 'transparent.png', bytes: await clear.toBuffer(), ...size, shows: 'across' },
  ];
}

export interface BadPicture {
  readonly file: string;
  readonly bytes: Buffer;
  readonly code: 'IMAGE_UNREADABLE' | 'IMAGE_TOO_LARGE';
}

export async function drawBadPictures(): Promise<BadPicture[]> {
  const jpeg = await drawPattern('slant', 910, 200).jpeg().toBuffer();
  const png = await drawPattern('slant', 911, 200).png().toBuffer();
  const code = 'IMAGE_UNREADABLE';
  return [
    { file: 'truncated.jpg', bytes: jpeg.subarray(0, jpeg.length / 2), code },
    { file: 'truncated at its end.jpg', bytes: jpeg.subarray(0, jpeg.length - 200), code },
    { file: 'truncated.png', bytes: png.subarray(0, png.length / 2), code },
    { file: 'head alone.png', bytes: png.subarray(0, 30), code },
    { file: 'empty.jpg', bytes: Buffer.alloc(0), code },
    { file: 'zeros.png', bytes: Buffer.alloc(5_000), code },
    { file: 'text.jpg', bytes: Buffer.from('Dear diary, this is no picture.'), code },
    { file: 'page.png', bytes: Buffer.from('<!doctype html><script>alert(1)</script>'), code },
    { file: 'drawing.svg', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), code },
    { file: 'huge.png', bytes: drawHugePng(20_000), code: 'IMAGE_TOO_LARGE' },
  ];
}

/** A whole and valid picture of one bit a pixel: some 50 kB that would decode to gigabytes. */
function drawHugePng(side: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 1 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [toChunk('IHDR', head), toChunk('IDAT', rows), toChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

function toChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
