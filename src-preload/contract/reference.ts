/** How a dataset version, one of its splits, and a model version are named in text: parsed in one place, for every face. */
import { nameSchema, type Split, splitSchema, splits } from './ids.ts';
import { type Alias, aliasSchema } from './registry.ts';

/** `NAME`, `NAME@2`, `NAME/test`, `NAME@2/test`. */
export interface DatasetReference {
  readonly name: string;
  /** Absent: the newest. */
  readonly version: number | undefined;
  /** Absent: all of them. */
  readonly split: Split | undefined;
}

/** `NAME`, `NAME@champion`, `NAME@challenger`, `NAME/3`: an alias or a version, or neither. */
export interface ModelReference {
  readonly name: string;
  readonly alias: Alias | undefined;
  readonly version: number | undefined;
}

/** Told to the caller as INPUT_INVALID. */
export class InvalidReferenceError extends Error {
  override readonly name = 'InvalidReferenceError';
  readonly code = 'INPUT_INVALID';
}

/** @throws {InvalidReferenceError} */
export function parseDatasetReference(text: string): DatasetReference {
  const [head = '', split, ...rest] = text.trim().split('/');
  const [name = '', version, ...more] = head.split('@');
  if (rest.length > 0 || more.length > 0 || !isName(name)) throw invalidDataset(text);
  const parsedSplit = splitSchema.safeParse(split);
  if (split !== undefined && !parsedSplit.success) {
    throw new InvalidReferenceError(
      `dataset reference ${quote(text)}: expected a split ${listOf(splits)} after /, got ${quote(split)}`,
    );
  }
  if (version !== undefined && !isVersion(version)) throw invalidDataset(text);
  return {
    name: name.trim(),
    version: version === undefined ? undefined : Number(version),
    split: parsedSplit.data,
  };
}

/** The reverse of `parseDatasetReference`. */
export function formatDatasetReference(reference: {
  readonly name: string;
  readonly version?: number | undefined;
  readonly split?: Split | undefined;
}): string {
  const version = reference.version === undefined ? '' : `@${reference.version}`;
  const split = reference.split === undefined ? '' : `/${reference.split}`;
  return reference.name + version + split;
}

/** @throws {InvalidReferenceError} */
export function parseModelReference(text: string): ModelReference {
  const [name = '', mark, tail = ''] = text.trim().split(/([/@])/, 3);
  const rest = text.trim().slice(name.length + (mark?.length ?? 0));
  if (!isName(name) || rest !== tail) throw invalidModel(text);
  if (mark === undefined) return { name: name.trim(), alias: undefined, version: undefined };
  if (mark === '/') {
    if (!isVersion(tail)) throw invalidModel(text);
    return { name: name.trim(), alias: undefined, version: Number(tail) };
  }
  const alias = aliasSchema.safeParse(tail);
  if (!alias.success) throw invalidModel(text);
  return { name: name.trim(), alias: alias.data, version: undefined };
}

function isName(text: string): boolean {
  return nameSchema.safeParse(text).success;
}

/** 1 upwards, as versions are counted. */
function isVersion(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
}

function invalidDataset(text: string): InvalidReferenceError {
  return new InvalidReferenceError(
    `dataset reference ${quote(text)}: expected NAME, NAME@VERSION, NAME/SPLIT or NAME@VERSION/SPLIT with a version of 1 or more and a split ${listOf(splits)}`,
  );
}

function invalidModel(text: string): InvalidReferenceError {
  return new InvalidReferenceError(
    `model reference ${quote(text)}: expected NAME, NAME/VERSION with a version of 1 or more, or NAME@ALIAS with an alias ${listOf(aliasSchema.options)}`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function listOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
