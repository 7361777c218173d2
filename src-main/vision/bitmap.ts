/**
 * Windows bitmaps (BMP), which cameras on factory lines write and sharp does not read: decoded by NetSurf's libnsbmp
 * in WebAssembly, of any depth, with or without run-length encoding.
 */
import { decode } from '@cwasm/nsbmp';

export interface BitmapPixels {
  /** `[height, width, 4]` RGBA */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Where the second header begins, with its length first (Microsoft, "Bitmap Header Types"). */
const headerAt = 14;
/** Of OS/2 1, the one with short sides. */
const coreHeaderBytes = 12;
const headerBytes: ReadonlySet<number> = new Set([coreHeaderBytes, 16, 40, 52, 56, 64, 108, 124]);

/** Two letters alone may begin a text. @param head the first bytes of a file */
export function isBitmap(head: Uint8Array): boolean {
  const bytes = toBuffer(head);
  return (
    bytes.length >= headerAt + coreHeaderBytes &&
    bytes.toString('latin1', 0, 2) === 'BM' &&
    headerBytes.has(bytes.readUInt32LE(headerAt))
  );
}

/** What the header says. @param bitmap where `isBitmap` */
export function readBitmapSize(bitmap: Uint8Array): { width: number; height: number } {
  const bytes = toBuffer(bitmap);
  const at = headerAt + 4;
  if (bytes.readUInt32LE(headerAt) === coreHeaderBytes) {
    return { width: bytes.readUInt16LE(at), height: bytes.readUInt16LE(at + 2) };
  }
  // A negative height means that the first row comes first.
  return { width: bytes.readInt32LE(at), height: Math.abs(bytes.readInt32LE(at + 4)) };
}

/** Blocks the thread. @throws {Error} for a file that breaks off or is damaged */
export function decodeBitmap(bitmap: Uint8Array): BitmapPixels {
  const { data, width, height } = decode(bitmap);
  return { pixels: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
