/** JSON from elsewhere: parsed with the place of a mistake, and looked at field by field. */
import { AppError } from '../base/app-error.ts';
import { findJsonFault } from './find-json-fault.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** JavaScript holds no longer text. */
export const largestJson = 500 * 2 ** 20;

/** Characters; in a longer text the place of a mistake is not looked for. */
const largestSearched = 32 * 2 ** 20;

/** @throws {AppError} IMPORT_FORMAT_INVALID with line and column */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    const place = text.length <= largestSearched ? findJsonFault(text) : undefined;
    throw new AppError('IMPORT_FORMAT_INVALID', `${place ? `${place}: ` : ''}expected JSON: ${reason}`, {
      cause,
    });
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own field of an object: `__proto__` and its like are nothing. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** NaN for what is no number. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Those of an object's fields that a box can carry. */
export function attributesOf(value: unknown): Record<string, string | number | boolean> {
  if (!isObject(value)) return {};
  const pairs = Object.entries(value).filter((pair): pair is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof pair[1]),
  );
  return Object.fromEntries(pairs);
}

export function scoreOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
}

/** Null unless both are sizes. */
export function sizeOf(width: unknown, height: unknown): { width: number; height: number } | null {
  const size = { width: numberOf(width), height: numberOf(height) };
  return size.width > 0 && size.height > 0 ? size : null;
}
