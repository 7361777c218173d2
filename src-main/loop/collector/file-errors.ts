/** Tells what the file system says about somebody's files; nothing here is about the store. */
import { AppError } from '../../base/app-error.ts';

/** Runs a step on a path of the operator. @throws {AppError} IMPORT_PATH_UNREADABLE */
export async function withPathErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw unreadablePath(path, tellReason(cause), cause);
  }
}

export function unreadablePath(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('IMPORT_PATH_UNREADABLE', `expected a readable file or folder at ${path}: ${reason}`, {
    cause,
    data: { path },
  });
}

function tellReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = reasons[code];
  return known ?? (error instanceof Error ? error.message : String(error));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is nothing there (or its name is not UTF-8)',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk reports a read error',
  ENAMETOOLONG: 'its name is too long',
};
