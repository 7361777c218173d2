/** The files behind picture addresses: only what the images table knows, in a format that a browser can show. */
import { stat } from 'node:fs/promises';
import type { ImageHash } from '../../src-preload/contract/ids.ts';
import { AppError } from '../base/app-error.ts';
import type { Store } from '../store/store.ts';
import type { ShownPictures } from './shown-pictures.ts';

export interface PictureFile {
  readonly file: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly cacheControl: string;
}

export interface PictureSource {
  /** @throws {AppError} NOT_FOUND for a picture that the station does not have, BLOB_MISSING, IMAGE_UNREADABLE */
  find(kind: 'original' | 'thumbnail', hash: ImageHash): Promise<PictureFile>;
}

export interface PictureSourceOptions {
  readonly store: Pick<Store, 'images' | 'blobs'>;
  readonly shown: ShownPictures;
}

/** What every browser shows as it is. */
const shownTypes: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
};

export function createPictureSource({ store, shown }: PictureSourceOptions): PictureSource {
  return {
    find: async (kind, hash) => {
      const { thumbnailHash, format } = store.images.getFiles(hash);
      const original = store.blobs.pathOf(hash);
      if (kind === 'thumbnail') {
        const isOriginal = String(thumbnailHash) === String(hash);
        return describe(store.blobs.pathOf(thumbnailHash), isOriginal ? typeOf(format) : 'image/jpeg');
      }
      const contentType = shownTypes[format];
      if (contentType !== undefined) return describe(original, contentType);
      return describe(await shown.find(hash, original), 'image/png');
    },
  };
}

function typeOf(format: string): string {
  return shownTypes[format] ?? 'application/octet-stream';
}

/** The content behind a hash never changes. */
async function describe(file: string, contentType: string): Promise<PictureFile> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new AppError('BLOB_MISSING', `the file ${file} of a picture is gone: run doctor`, { cause });
  });
  return { file, contentType, sizeBytes: found.size, cacheControl: 'private, max-age=31536000, immutable' };
}
