/** Tells by their first bytes what files are, whatever their names say. */
import { unreachable } from '../base/app-error.ts';
import { isBitmap } from './bitmap.ts';

/** Formats that the station reads. */
export const pictureFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** Bytes from the start of a file that `findPictureFormat` and `describeBytes` want to see. */
export const headBytes = 512;

/** For messages: which pictures can be read. */
export const readableFormats = 'JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP';

/** @param head the first `headBytes` of a file, or all of it. */
export function findPictureFormat(head: Uint8Array): PictureFormat | undefined {
  return pictureFormats.find((format) => isFormat(head, format));
}

/** What the bytes look like, for a sentence: "a PDF document", "text beginning with …". */
export function describeBytes(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const known = signatures.find(({ at, bytes }) => startsWith(head, bytes, at));
  if (known) return known.what;
  if (head.every((byte) => byte === 0)) return 'nothing but zero bytes';
  return isText(head) ? describeText(head) : `unknown bytes (${toHex(head.subarray(0, 8))})`;
}

function isFormat(head: Uint8Array, format: PictureFormat): boolean {
  switch (format) {
    case 'jpeg':
      return startsWith(head, '\xff\xd8\xff');
    case 'png':
      return startsWith(head, '\x89PNG\r\n\x1a\n');
    case 'webp':
      return startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8);
    case 'gif':
      return startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a');
    case 'tiff':
      return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].some((start) => startsWith(head, start));
    case 'avif':
      return startsWith(head, 'ftypavif', 4) || startsWith(head, 'ftypavis', 4);
    case 'bmp':
      return isBitmap(head);
    default:
      return unreachable(format, 'picture format');
  }
}

interface Signature {
  readonly at: number;
  /** One character per byte. */
  readonly bytes: string;
  readonly what: string;
}

const signatures: readonly Signature[] = [
  { at: 0, bytes: '\xff\xd8\xff', what: 'a JPEG picture' },
  { at: 0, bytes: '\x89PNG', what: 'a PNG picture' },
  { at: 8, bytes: 'WEBP', what: 'a WebP picture' },
  { at: 0, bytes: 'GIF8', what: 'a GIF picture' },
  { at: 0, bytes: 'II*\0', what: 'a TIFF picture' },
  { at: 0, bytes: 'MM\0*', what: 'a TIFF picture' },
  { at: 4, bytes: 'ftypavi', what: 'an AVIF picture' },
  { at: 4, bytes: 'ftyphei', what: 'an HEIC picture' },
  { at: 4, bytes: 'ftypmif1', what: 'an HEIF picture' },
  { at: 4, bytes: 'ftyp', what: 'an MP4 or QuickTime video' },
  { at: 8, bytes: 'AVI ', what: 'an AVI video' },
  { at: 0, bytes: '\x1aE\xdf\xa3', what: 'a Matroska video' },
  { at: 0, bytes: 'BM', what: 'a Windows bitmap (BMP)' },
  { at: 0, bytes: '8BPS', what: 'a Photoshop file' },
  { at: 0, bytes: '%PDF', what: 'a PDF document' },
  { at: 0, bytes: 'PK\x03\x04', what: 'a ZIP archive or office document' },
  { at: 0, bytes: '\x1f\x8b', what: 'a gzip file' },
  { at: 0, bytes: '\xfd7zXZ', what: 'an xz archive' },
  { at: 0, bytes: '7z\xbc\xaf', what: 'a 7-Zip archive' },
  { at: 0, bytes: 'Rar!', what: 'a RAR archive' },
  { at: 0, bytes: 'SQLite format 3', what: 'an SQLite database' },
  { at: 0, bytes: '\x7fELF', what: 'a program' },
  { at: 0, bytes: '\0\0\x08\x03', what: 'an idx file of pictures (import it with the format idx)' },
  { at: 0, bytes: '\0\0\x08\x01', what: 'an idx file of labels (import it with the format idx)' },
];

function startsWith(head: Uint8Array, text: string, at = 0): boolean {
  if (head.length < at + text.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (head[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** No control characters but tab and line ends, and whole UTF-8 up to a character cut at the end. */
function isText(head: Uint8Array): boolean {
  const decoded = new TextDecoder().decode(head.subarray(0, headBytes), { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what text does not have
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/.test(decoded);
}

function describeText(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, headBytes), { stream: true }).trim();
  const beginning = text.slice(0, 24).replaceAll(/\s+/g, ' ');
  if (text.startsWith('<svg') || (text.startsWith('<?xml') && text.includes('<svg'))) return 'an SVG drawing';
  return text === '' ? 'text of nothing but spaces' : `text beginning with ${JSON.stringify(beginning)}`;
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
