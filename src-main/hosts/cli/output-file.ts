/** Files that a command writes for its caller: refused before the work begins where they can not be written. */
import { writeFileSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../base/app-error.ts';

/**
 * @param option that named the file, for the sentence of the error
 * @returns the absolute path
 * @throws {AppError} INPUT_INVALID
 */
export async function checkOutputFile(option: string, file: string): Promise<string> {
  const path = resolve(file);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw refuse(option, path, 'a folder has this name');
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw refuse(option, path, `its folder can not be written to (${describe(cause)})`);
  });
  return path;
}

/** @throws {AppError} INPUT_INVALID */
export function writeJsonFile(option: string, path: string, document: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(document)}\n`);
  } catch (cause) {
    throw refuse(option, path, describe(cause));
  }
}

function refuse(option: string, path: string, reason: string): AppError {
  return new AppError(
    'INPUT_INVALID',
    `${option}: expected a file that can be written, got ${path}: ${reason}`,
    {
      data: { option, path },
    },
  );
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
