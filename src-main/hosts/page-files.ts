/** The files of the built page: a request path becomes a file below one folder, or is refused. */
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { AppError } from '../base/app-error.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly file: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly cacheControl: string;
}

/**
 * @param rawPath the path as it came over the wire, still percent-encoded; `/` is the page itself.
 * @throws {AppError} PATH_FORBIDDEN for a path that leaves the folder, also through a link; NOT_FOUND.
 */
export async function findPageFile(pageDir: string, rawPath: string): Promise<PageFile> {
  const path = decodePath(rawPath);
  const file = await realpath(join(pageDir, path === '/' ? 'index.html' : path)).catch(() => undefined);
  const root = await realpath(pageDir).catch(() => undefined);
  if (file === undefined || root === undefined) throw notFound(path);
  if (!file.startsWith(root + sep)) throw forbidden(path);
  const found = await stat(file);
  if (!found.isFile()) throw notFound(path);
  return {
    file,
    contentType: contentTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
    sizeBytes: found.size,
    // Names under assets/ hold a hash of their content.
    cacheControl: path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
  };
}

/** @throws {AppError} PATH_FORBIDDEN unless every segment, decoded once, is a plain name. */
export function decodePath(rawPath: string): string {
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw forbidden(rawPath);
  }
  const isPlain = path.startsWith('/') && !/[\\\0:]|%/.test(path);
  if (!isPlain || path.split('/').some((segment) => segment === '..' || segment === '.'))
    throw forbidden(path);
  return path;
}

function forbidden(path: string): AppError {
  return new AppError(
    'PATH_FORBIDDEN',
    `expected the path of a file of the page, got ${JSON.stringify(path)}`,
  );
}

function notFound(path: string): AppError {
  return new AppError('NOT_FOUND', `there is nothing at ${JSON.stringify(path)}`);
}
