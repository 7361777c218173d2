/** The secret that opens a station: one per data folder, kept in it for its owner's eyes, compared in constant time. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../base/app-error.ts';
import { withStoreErrorsSync } from '../store/store-error.ts';

const tokenBytes = 24;
const shortestToken = 16;

/**
 * The folder's token, made at the first call; a file that holds no usable token is replaced.
 * @throws {AppError} STORE_DISK_FULL, STORE_READ_ONLY
 */
export function readOrCreateToken(dataDir: string): string {
  const file = join(dataDir, 'access-token');
  const known = readToken(file);
  if (known !== undefined) return known;
  const token = randomBytes(tokenBytes).toString('base64url');
  withStoreErrorsSync(file, () => {
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  });
  return token;
}

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, 'utf8').trim();
    return isUsableToken(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

function isUsableToken(token: string): boolean {
  return token.length >= shortestToken && /^[\w.~-]+$/.test(token);
}

/** @throws {AppError} INPUT_INVALID for a token that is short or can not stand in a header, a cookie and an address. */
export function assertUsableToken(token: string): void {
  if (isUsableToken(token)) return;
  throw new AppError(
    'INPUT_INVALID',
    `expected a token of at least ${shortestToken} letters, digits, ".", "_", "~" or "-", got one of ${token.length} characters`,
  );
}

/** Takes the same time wherever the two differ. */
export function isSameToken(presented: string, token: string): boolean {
  return timingSafeEqual(digest(presented), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
