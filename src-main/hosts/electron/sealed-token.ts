/** The station's token at rest on a desktop: sealed by the system's key store, or not kept at all. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Filled by Electron's safeStorage. */
export interface SecretSeal {
  /** False where there is no key store, or one that only disguises (`basic_text`). */
  isTrustworthy(): Promise<boolean>;
  seal(text: string): Promise<Buffer>;
  open(sealed: Buffer): Promise<string>;
}

/** The folder's token; where it can not be sealed, one for this start only. */
export async function readOrCreateSealedToken(dataDir: string, seal: SecretSeal): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  if (!(await seal.isTrustworthy())) return token;
  const file = join(dataDir, 'access-token.sealed');
  const known = await readFile(file)
    .then(seal.open)
    .catch(() => undefined);
  if (known !== undefined) return known;
  await writeFile(file, await seal.seal(token), { mode: 0o600 });
  return token;
}
