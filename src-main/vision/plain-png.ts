/**
 * The simplest PNG there is: 8-bit grey, not compressed. Its bytes depend on the pixels alone, not on the version of
 * a compressor, so that the same picture has the same hash on every machine; and it is written and read in
 * microseconds. Format: PNG specification (W3C, 3rd edition), zlib (RFC 1950), stored blocks of deflate (RFC 1951).
 */
import { crc32 } from 'node:zlib';

export interface GreyPixels {
  /** `[height, width]` */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const largestBlock = 0xffff;
/** Signature, then IHDR of 13 bytes, then length and name of IDAT, then the zlib header. */
const headerEnd = 8 + 25;
const zlibHeader = Buffer.from([0x78, 0x01]);

export function encodePlainPng({ pixels, width, height }: GreyPixels): Buffer {
  return Buffer.concat([
    signature,
    ...toChunk('IHDR', [toImageHeader(width, height)]),
    ...toChunk('IDAT', deflateStored(toScanlines(pixels, width, height))),
    ...toChunk('IEND', []),
  ]);
}

/** @returns undefined for anything but a whole picture as `encodePlainPng` writes it. */
export function decodePlainPng(bytes: Uint8Array): GreyPixels | undefined {
  if (bytes.length < headerEnd) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.readUInt32BE(16);
  const height = view.readUInt32BE(20);
  const scanlineBytes = (width + 1) * height;
  if (scanlineBytes > largestBlock || width === 0 || height === 0) return undefined;
  const start = headerEnd + 8 + zlibHeader.length + 5;
  if (bytes.length !== start + scanlineBytes + 4 + 4 + 12) return undefined;
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const line = start + row * (width + 1) + 1;
    pixels.set(bytes.subarray(line, line + width), row * width);
  }
  return encodePlainPng({ pixels, width, height }).equals(view) ? { pixels, width, height } : undefined;
}

/** Depth 8, colour type grey, no interlacing. */
function toImageHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return header;
}

/** Each line begins with its filter: 0, none. */
function toScanlines(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const lines = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return lines;
}

function deflateStored(content: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [zlibHeader];
  for (let start = 0; start === 0 || start < content.length; start += largestBlock) {
    const block = content.subarray(start, start + largestBlock);
    const head = Buffer.alloc(5);
    head[0] = start + largestBlock >= content.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  }
  parts.push(toUint32(adler32(content)));
  return parts;
}

function toChunk(name: string, parts: readonly Uint8Array[]): Uint8Array[] {
  const named = [Buffer.from(name, 'latin1'), ...parts];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [toUint32(length), ...named, toUint32(named.reduce((crc, part) => crc32(part, crc), 0))];
}

function toUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Of RFC 1950; sums of up to 3,000 bytes stay below 2^31. */
function adler32(content: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < content.length; start += 3_000) {
    for (const byte of content.subarray(start, start + 3_000)) {
      low += byte;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return high * 65_536 + low;
}
