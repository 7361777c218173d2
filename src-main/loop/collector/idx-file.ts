/** Reads idx files, the container of MNIST, plain or in gzip. Format: yann.lecun.com/exdb/mnist. */
import { open, readFile } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { AppError } from '../../base/app-error.ts';
import { withPathErrors } from './file-errors.ts';

export interface IdxFile {
  readonly path: string;
  /** `[count]` for labels, `[count, rows, columns]` for pictures. */
  readonly shape: readonly number[];
  /** Unsigned bytes, row by row. */
  readonly values: Uint8Array;
}

const headStart = 4_096;
const unsignedByte = 0x08;
const largestFileBytes = 4 * 2 ** 30;

/** What an idx file's first bytes say; undefined for any other file. */
export async function findIdxShape(path: string): Promise<number[] | undefined> {
  const head = await withPathErrors(path, () => readHead(path));
  if (!isIdxHead(head)) return undefined;
  return toShape(head);
}

/** @throws {AppError} IMPORT_PATH_UNREADABLE, IMPORT_FORMAT_INVALID */
export async function readIdxFile(path: string): Promise<IdxFile> {
  const bytes = unzip(path, await withPathErrors(path, () => readFile(path)));
  if (!isIdxHead(bytes)) {
    throw invalidIdx(
      path,
      'the header of an idx file (00 00, the type 08 for bytes, the number of axes)',
      tellHead(bytes),
    );
  }
  const shape = toShape(bytes);
  if (!shape)
    throw invalidIdx(path, `a header of ${headerBytes(bytes)} bytes`, `${bytes.length} bytes in all`);
  const values = bytes.subarray(headerBytes(bytes));
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) {
    throw invalidIdx(path, `${shape.join(' × ')} = ${expected} bytes after the header`, `${values.length}`);
  }
  return { path, shape, values };
}

export function invalidIdx(path: string, expected: string, found: string): AppError {
  return new AppError('IMPORT_FORMAT_INVALID', `${path}: expected ${expected}, found ${found}`, {
    data: { path, expected, found },
  });
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headStart), 0, headStart, 0);
    const head = buffer.subarray(0, bytesRead);
    return isGzip(head) ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
  } catch (error) {
    if (error instanceof Error && 'errno' in error && 'code' in error && /^Z_/.test(String(error.code)))
      return new Uint8Array();
    throw error;
  } finally {
    await file.close();
  }
}

function unzip(path: string, bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestFileBytes });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidIdx(path, 'a whole gzip file', `one that can not be unpacked (${reason})`);
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isIdxHead(bytes: Uint8Array): boolean {
  const axes = bytes[3] ?? 0;
  return bytes[0] === 0 && bytes[1] === 0 && bytes[2] === unsignedByte && axes >= 1 && axes <= 4;
}

function headerBytes(bytes: Uint8Array): number {
  return 4 + 4 * (bytes[3] ?? 0);
}

function toShape(bytes: Uint8Array): number[] | undefined {
  if (bytes.length < headerBytes(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes[3] ?? 0 }, (_, axis) => view.getUint32(4 + 4 * axis));
}

function tellHead(bytes: Uint8Array): string {
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  return start.length === 0 ? 'an empty file' : start.join(' ');
}
