/** The picture addresses of a page, `/pictures/<hash>` and `/thumbnails/<hash>`: a hash, and nothing that is a path. */
import { type ImageHash, imageHashSchema } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';

export type PictureKind = 'original' | 'thumbnail';

export interface PictureAddress {
  readonly kind: PictureKind;
  readonly hash: ImageHash;
}

const prefixes: readonly (readonly [prefix: string, kind: PictureKind])[] = [
  ['/pictures/', 'original'],
  ['/thumbnails/', 'thumbnail'],
];

/**
 * Undefined for paths that are no picture's.
 * @param rawPath as it came over the wire: an encoded hash is no hash.
 * @throws {AppError} PATH_FORBIDDEN for anything else than a sha-256 after the prefix.
 */
export function parsePictureAddress(rawPath: string): PictureAddress | undefined {
  const found = prefixes.find(([prefix]) => rawPath.startsWith(prefix));
  if (!found) return undefined;
  const [prefix, kind] = found;
  const hash = imageHashSchema.safeParse(rawPath.slice(prefix.length));
  if (hash.success) return { kind, hash: hash.data };
  throw new AppError(
    'PATH_FORBIDDEN',
    `expected ${prefix}<sha-256 of a picture, 64 digits of lower-case hex>, got ${JSON.stringify(rawPath)}`,
  );
}
