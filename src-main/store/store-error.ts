/** Turns what the disk and SQLite report into failures that a person can act on. */
import { AppError } from '../base/app-error.ts';

const diskFull = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']);
const readOnly = new Set(['EROFS', 'EACCES', 'EPERM', 'SQLITE_PERM', 'SQLITE_AUTH']);

/**
 * An AppError where the cause is a full disk, a folder that can not be written or a damaged file; any other
 * cause comes back as it is.
 * @param where the file or folder that was being used.
 */
export function toStoreError(cause: unknown, where: string): unknown {
  const code = codeOf(cause);
  if (code === undefined || cause instanceof AppError) return cause;
  const options = { cause, data: { path: where, code } };
  if (diskFull.has(code)) {
    return new AppError(
      'STORE_DISK_FULL',
      `no space left on the disk that holds ${where}: free some and repeat`,
      options,
    );
  }
  if (readOnly.has(code) || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new AppError(
      'STORE_READ_ONLY',
      `${where} can not be opened for writing (${code}): check that the folder exists, its permissions and the mount`,
      options,
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError(
      'STORE_CORRUPT',
      `${where} is damaged (${messageOf(cause)}): run \`doctor\` to see the snapshots it can be restored from`,
      options,
    );
  }
  return cause;
}

/** Runs file work and rethrows what it throws through `toStoreError`. */
export async function withStoreErrors<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw toStoreError(cause, where);
  }
}

/** The same for work that blocks. */
export function withStoreErrorsSync<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw toStoreError(cause, where);
  }
}

/** The `code` of a Node or SQLite error. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
