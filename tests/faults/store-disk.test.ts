/** A full disk and a read-only one: told as such, nothing acknowledged lost, work goes on once there is room. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore, type Store } from '../../src-main/store/store.ts';
import type { BlobHash, JobId } from '../../src-preload/contract/ids.ts';
import { canMount, mountSmallDisk } from './store-mount.ts';

const megabyte = 1024 * 1024;

function open(dataDir: string): Store {
  const store = openStore(dataDir, { create: true });
  onTestFinished(() => store.close());
  return store;
}

/** Writes until it is refused. */
async function fillWithBlobs(store: Store): Promise<{ hashes: BlobHash[]; error: unknown }> {
  const hashes: BlobHash[] = [];
  try {
    for (let index = 0; ; index++) hashes.push(await store.blobs.write(Buffer.alloc(100_000, index)));
  } catch (error) {
    return { hashes, error };
  }
}

function fillWithRows(store: Store): { count: number; error: unknown } {
  const request = 'x'.repeat(20_000);
  for (let count = 0; ; count++) {
    try {
      const id = `job ${count}` as JobId;
      store.jobs.insert({ id, kind: 'train', subject: 's', title: 't', request, createdAt: count });
    } catch (error) {
      return { count, error };
    }
  }
}

test.runIf(canMount)(
  'a full disk stops blobs and rows with one clear error, and keeps what was there',
  async () => {
    const { dir } = mountSmallDisk(4 * megabyte);
    const dataDir = join(dir, 'station');
    const ballast = join(dir, 'ballast');
    const store = open(dataDir);
    writeFileSync(ballast, Buffer.alloc(megabyte));

    const blobs = await fillWithBlobs(store);
    expect(blobs.error).toMatchObject({
      code: 'STORE_DISK_FULL',
      message: expect.stringContaining('no space left'),
    });
    const rows = fillWithRows(store);
    expect(rows.error).toMatchObject({ code: 'STORE_DISK_FULL' });
    await expect(
      store.blobs.writeMany([Buffer.alloc(200_000, 1), Buffer.alloc(200_000, 2)]),
    ).rejects.toMatchObject({
      code: 'STORE_DISK_FULL',
    });
    await expect(store.maintenance.createSnapshot()).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });

    rmSync(ballast);
    await store.blobs.write(Buffer.from('room again'));
    store.settings.update({ stationName: 'room again' });
    store.close();
    const reopened = open(dataDir);
    expect(reopened.jobs.list({ limit: 1000 })).toHaveLength(rows.count);
    for (const hash of blobs.hashes) expect(await reopened.blobs.verify(hash)).toBe('intact');
    expect(await reopened.maintenance.checkIntegrity({ isDeep: true })).toMatchObject({ integrity: 'ok' });
  },
);

test.runIf(canMount)(
  'a station is not begun on a disk without room for it, and can be begun there later',
  () => {
    const { dir } = mountSmallDisk(megabyte);
    const ballast = join(dir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(megabyte - 120_000));
    expect(() => openStore(dir, { create: true })).toThrow(
      expect.objectContaining({ code: 'STORE_DISK_FULL' }),
    );
    rmSync(ballast);
    expect(open(dir).settings.read().stationName).toBe('Station');
  },
);

test.runIf(canMount)(
  'a read-only disk is told as such by a station that starts and by a worker that writes',
  async () => {
    const disk = mountSmallDisk(4 * megabyte);
    const store = open(disk.dir);
    const hash = await store.blobs.write(Buffer.from('a leaf'));
    store.close();
    disk.makeReadOnly();
    const readOnly = expect.objectContaining({
      code: 'STORE_READ_ONLY',
      message: expect.stringContaining(disk.dir),
    });
    expect(() => openStore(disk.dir, { create: false })).toThrow(readOnly);
    expect(() => openStore(join(disk.dir, 'new'), { create: true })).toThrow(readOnly);
    await expect(store.blobs.write(Buffer.from('another leaf'))).rejects.toEqual(readOnly);
    expect(await store.blobs.read(hash)).toEqual(Buffer.from('a leaf'));
    disk.makeWritable();
    expect(open(disk.dir).settings.read().stationName).toBe('Station');
  },
);
