/** Option texts become values, or a usage error that says what was expected and what came. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`Expected a number, got "${text}".`);
  return value;
}

export function parseInteger(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError(`Expected a whole number, got "${text}".`);
  return value;
}

export function parsePort(text: string): number {
  const port = parseInteger(text);
  if (port < 0 || port > 65_535)
    throw new InvalidArgumentError(`Expected a port from 0 to 65535, got ${text}.`);
  return port;
}

/** `0.7,0.2,0.1`; whether they sum to 1 is the contract's to say. */
export function parseFractions(text: string): [number, number, number] {
  const [train, val, test, ...more] = text.split(',').map(parseNumber);
  if (train === undefined || val === undefined || test === undefined || more.length > 0) {
    throw new InvalidArgumentError(
      `Expected three shares train,val,test such as 0.7,0.2,0.1, got "${text}".`,
    );
  }
  return [train, val, test];
}

/** A whole number, or `auto`, for which Ultralytics also has `-1`. */
export function parseBatch(text: string): number | 'auto' {
  return /^(auto|-1)$/i.test(text) ? 'auto' : parseInteger(text);
}

/** `a,b,c` without empty parts. */
export function parseList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) {
    throw new InvalidArgumentError(`Expected names with a comma between them, got "${text}".`);
  }
  return parts;
}

/** `90`, `90s`, `5m` or `1h` in seconds. */
export function parseSeconds(text: string): number {
  const found = /^([\d.]+)\s*(s|m|h)?$/.exec(text);
  const factor = { s: 1, m: 60, h: 3_600 }[found?.[2] ?? 's'];
  const value = Number(found?.[1]) * (factor ?? Number.NaN);
  if (!Number.isFinite(value))
    throw new InvalidArgumentError(`Expected a time such as 90, 90s, 5m or 1h, got "${text}".`);
  return value;
}

/** The same, but a number alone is hours: `0.5`, `45m`. */
export function parseHours(text: string): number {
  return parseSeconds(/[smh]$/.test(text) ? text : `${text}h`);
}

/** As people and Python write it. */
export function parseSwitch(text: string): boolean {
  const value = { true: true, on: true, '1': true, false: false, off: false, '0': false }[text.toLowerCase()];
  if (value === undefined) throw new InvalidArgumentError(`Expected true or false, got "${text}".`);
  return value;
}

/** Options spelt with underscores, as in scripts for Ultralytics, are those with dashes: `--close_mosaic`. */
export function withDashes(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^--[a-z0-9_]+/i, (name) => name.replaceAll('_', '-')));
}

/** For options that may be given more than once. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** The station may have another working directory: a model file is named absolutely; references stay as they are. */
export function toModelReference(text: string): string {
  return text.endsWith('.onnx') || existsSync(text) ? resolve(text) : text;
}

/** `train` without an argument of its own would send `undefined` where the contract knows only absence. */
export function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
