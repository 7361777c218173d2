/** Batches that depend on which thread was quicker would make no run repeatable; one that waits for pictures is slow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../../../src-main/base/clock.ts';
import { createBatchSource } from '../../../../../src-main/loop/training/detection/batch-source.ts';
import type {
  PackedBatch,
  SampleThreadSetup,
} from '../../../../../src-main/loop/training/detection/sample-thread.ts';
import { createSharedContents } from '../../../../../src-main/loop/training/detection/shared-contents.ts';
import { accumulate, weighViews } from '../../../../../src-main/loop/training/detection/view-sampler.ts';
import { type BoxedPicture, planViews } from '../../../../../src-main/loop/training/detection/views.ts';
import { createBlobStore } from '../../../../../src-main/store/blobs.ts';
import type { ImageHash } from '../../../../../src-preload/contract/ids.ts';

const threadEntry = join(import.meta.dirname, '../../../../../src-main/worker.ts');
const imageSize = 64;
let folder: string;
let pictures: BoxedPicture[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'batch-source-'));
  const blobs = createBlobStore(folder);
  pictures = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const width = 90 + 10 * index;
      const noise = { type: 'gaussian', mean: 20 * index, sigma: 30 } as const;
      const create = { width, height: 100, channels: 3, background: '#000', noise } as const;
      const imageHash = (await blobs.write(await sharp({ create }).png().toBuffer())) as string as ImageHash;
      const box = { left: 20, top: 30, right: 80, bottom: 70, classIndex: index % 2 };
      return { imageHash, width, height: 100, boxes: index === 5 ? [] : [box] };
    }),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const augment = {
  mosaic: 0.7,
  mixup: 0.3,
  hsvH: 0.02,
  hsvS: 0.7,
  hsvV: 0.4,
  degrees: 5,
  translate: 0.1,
  scale: 0.5,
  shear: 2,
  fliplr: 0.5,
  flipud: 0.1,
  crop: 0.3,
};

function createSetup(options: { budgetBytes: number; tile?: number }): SampleThreadSetup {
  const views = planViews(pictures, imageSize, options.tile ?? null);
  return {
    blobsDir: folder,
    pictures,
    views,
    contents: createSharedContents(views, options.budgetBytes),
    imageSize,
    augment,
    maxBoxes: 8,
    seed: 7,
    cumulativeWeights: accumulate(weighViews(views, 0.5)),
  };
}

async function collect(setup: SampleThreadSetup, threads: number): Promise<PackedBatch[]> {
  const source = createBatchSource({ threadEntry, setup, threads, clock: systemClock });
  try {
    const batches = [0, 1, 2, 3].map((step) => Int32Array.from([step, step + 4, step + 8]));
    const made: PackedBatch[] = [];
    for await (const batch of source.listBatches(3, batches, true)) made.push(batch);
    return made;
  } finally {
    await source.close();
  }
}

test('gives the same batches with one thread and three, with and without room to keep pictures', async () => {
  const one = await collect(createSetup({ budgetBytes: 2 ** 24 }), 1);
  const three = await collect(createSetup({ budgetBytes: 40_000 }), 3);
  expect(three).toEqual(one);
  expect(one[0]?.images).toHaveLength(3 * imageSize * imageSize * 3);
  expect(one.flatMap(({ classes }) => [...classes]).filter((label) => label >= 0).length).toBeGreaterThan(8);
});

test('shows large pictures in tiles, of their own scale', async () => {
  const setup = createSetup({ budgetBytes: 2 ** 24, tile: 64 });
  expect(setup.views.length).toBeGreaterThan(2 * pictures.length);
  expect(setup.views.every(({ content }) => content.width <= 64 && content.height <= 64)).toBe(true);
  const batches = await collect(setup, 2);
  expect(batches).toHaveLength(4);
});

test('names the picture whose file is gone', async () => {
  const setup = createSetup({ budgetBytes: 0 });
  const gone = setup.pictures.map((picture) => ({ ...picture, imageHash: 'f'.repeat(64) as ImageHash }));
  await expect(collect({ ...setup, pictures: gone }, 1)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
});
