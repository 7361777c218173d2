/** A data folder with pictures, a dataset version and model versions, made through the command line once a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { drawFolder } from './draw-patterns.ts';
import { runWell, serve, waitForEnd } from './served-station.ts';

export interface TrainedFolder {
  readonly dataDir: string;
  /** Pictures as they were imported, a folder per class. */
  readonly pictures: string;
  /** A folder for what else the tests of the file need. */
  readonly scratch: string;
}

/** The smallest training that learns the patterns. */
export const quickTraining = {
  epochs: 6,
  imageSize: 16,
  batchSize: 16,
  augmentation: 0,
  patience: 0,
  threads: 1,
  device: 'cpu',
} as const;

/** Model `patterns` with so many versions; the first is champion. Removed after the tests of the file. */
export async function createTrainedFolder(versions: number): Promise<TrainedFolder> {
  const scratch = mkdtempSync(join(tmpdir(), 'fieldstation-trained-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const dataDir = join(scratch, 'station');
  const pictures = await drawFolder(join(scratch, 'pictures'), { perClass: 40 });
  await runWell(dataDir, 'init');
  await runWell(dataDir, 'import', pictures);
  await runWell(dataDir, 'dataset', 'create', 'patterns', '--splits', '0.6,0.2,0.2', '--seed', '1');
  await trainVersions(dataDir, versions);
  return { dataDir, pictures, scratch };
}

async function trainVersions(dataDir: string, versions: number): Promise<void> {
  const { client, stop } = await serve(dataDir);
  try {
    for (let seed = 1; seed <= versions; seed++) {
      const parameters = { ...quickTraining, seed };
      const run = await client.training.startRun({ dataset: 'patterns', parameters });
      const job = run.job && (await waitForEnd(client, run.job.id));
      if (job?.status !== 'succeeded') throw new Error(`training ended ${JSON.stringify(job)}`);
    }
  } finally {
    await stop();
  }
}
