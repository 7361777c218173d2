/** How much room the store takes, and how much is left. */
import { stat, statfs } from 'node:fs/promises';
import type { Health } from '../../src-preload/contract/system.ts';
import type { BlobStore } from './blobs.ts';
import type { StoreFolder } from './folder.ts';

/** Walks the blobs: about a second for 100,000, so not for every look at a page. */
export async function measureUsage(folder: StoreFolder, blobs: BlobStore): Promise<Health['disk']> {
  const disk = await statfs(folder.dir);
  const { blobs: count, sizeBytes } = await blobs.measure();
  const files = [folder.database, `${folder.database}-wal`];
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return {
    totalBytes: disk.blocks * disk.bsize,
    freeBytes: disk.bavail * disk.bsize,
    databaseBytes: sizes.reduce((sum, size) => sum + size, 0),
    blobsBytes: sizeBytes,
    blobs: count,
  };
}
