/** Bytes of a label file as text: UTF-8, or what a byte order mark or an XML declaration says otherwise. */
import { AppError } from '../base/app-error.ts';

const headLength = 200;

/** Without the mark. @throws {AppError} IMPORT_FORMAT_INVALID for bytes that are no text of their encoding */
export function decodeText(path: string, bytes: Uint8Array): string {
  const encoding = findEncoding(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      'IMPORT_FORMAT_INVALID',
      `expected text in ${encoding.toUpperCase()} in ${path}, found other bytes: save it as UTF-8`,
      { cause },
    );
  }
}

/** The first bytes of a file, whatever they are: what is cut in the middle of a character does no harm. */
export function decodeHead(bytes: Uint8Array): string {
  const encoding = findEncoding(bytes);
  return new TextDecoder(isKnown(encoding) ? encoding : 'utf-8').decode(bytes);
}

/** By the mark (Unicode 16, section 23.8), then by the declaration of XML 1.0, section 4.3.3. */
function findEncoding(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, headLength));
  return /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8';
}

function isKnown(encoding: string): boolean {
  try {
    return new TextDecoder(encoding) instanceof TextDecoder;
  } catch {
    return false;
  }
}
