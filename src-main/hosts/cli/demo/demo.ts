/** `demo`: two full rounds of the loop on drawn leaf pictures, in a data folder that `start` opens afterwards. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { classificationPredictionSchema } from '../../../../src-preload/contract/deployment.ts';
import type { JobId } from '../../../../src-preload/contract/ids.ts';
import type { StationClient } from '../../../../src-preload/contract/index.ts';
import { AppError } from '../../../base/app-error.ts';
import { systemClock } from '../../../base/clock.ts';
import { loopbackHost, type ServedStation, serveStation } from '../../headless/serve-station.ts';
import type { Installation } from '../../installation.ts';
import { openStationLog } from '../../station-log.ts';
import { type Answer, formatTable } from '../answer.ts';
import { type CommandContext, type CommonOptions, runCommand } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { parseInteger } from '../option-values.ts';
import { openStationAccess } from '../station-access.ts';
import { drawLeaf, type LeafCamera, leafConditions, writeLeafFolder } from './leaf-pictures.ts';
import { type DemoStage, type DemoStep, tellStory } from './story.ts';

interface DemoOptions extends CommonOptions {
  readonly seed: number;
}

const defaultFolder = 'demo-data';
/** Marks a data folder as the demo's own, which the next demo may replace. */
const marker = 'demo.json';
/** Pictures of each condition. */
const counts = { first: 70, harder: 60 } as const satisfies Record<LeafCamera, number>;
const freshPerCondition = 5;

export function registerDemo(program: Command, installation: Installation): void {
  program
    .command('demo')
    .description(`two rounds of the loop on drawn leaf pictures (data folder: ./${defaultFolder})`)
    .option('--seed <number>', 'of the pictures', parseInteger, 1)
    .action((options: DemoOptions) => {
      const placed = { ...options, dataDir: resolve(options.dataDir ?? defaultFolder) };
      return runCommand(installation, placed, (context) => runDemo(context, options.seed));
    });
}

async function runDemo(context: CommandContext, seed: number): Promise<Answer> {
  const { dataDir, installation } = context;
  await prepareFolder(dataDir);
  const drawings = await mkdtemp(join(tmpdir(), 'fieldstation-demo-'));
  const server = await serveStation({
    installation,
    dataDir,
    host: loopbackHost,
    port: 0,
    allowedHosts: [],
    log: openStationLog(dataDir, true),
    create: true,
  });
  try {
    const access = await openStationAccess({ ...context, create: false, worksJobs: false });
    const start = systemClock.monotonic();
    const elapsedS = () => (systemClock.monotonic() - start) / 1000;
    const stage = createStage({ context, client: access.client, server, drawings, seed, elapsedS });
    const steps = await tellStory(stage);
    return {
      document: { dataDir, durationS: elapsedS(), steps },
      text: describeEnd(steps, dataDir, elapsedS()),
    };
  } finally {
    await server.close();
    await rm(drawings, { recursive: true, force: true });
  }
}

/** @throws AppError STATION_ALREADY_INITIALIZED for a folder that holds anything but an earlier demo. */
async function prepareFolder(dataDir: string): Promise<void> {
  if (existsSync(dataDir) && !existsSync(join(dataDir, marker))) {
    throw new AppError(
      'STATION_ALREADY_INITIALIZED',
      `${dataDir} exists and is not from an earlier demo: name another folder with --data-dir`,
    );
  }
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, marker), `${JSON.stringify({ madeBy: 'fieldstation demo' })}\n`);
}

interface StageParts {
  readonly context: CommandContext;
  readonly client: StationClient;
  readonly server: ServedStation;
  /** Folder for drawn pictures, outside the data folder. */
  readonly drawings: string;
  readonly seed: number;
  elapsedS(): number;
}

function createStage({ context, client, server, drawings, seed, elapsedS }: StageParts): DemoStage {
  const { signal, progress } = context;
  return {
    client,
    elapsedS,
    drawPictures: async (camera) => {
      const folder = join(drawings, camera);
      await writeLeafFolder(folder, { camera, count: counts[camera], seed });
      return folder;
    },
    listFreshPictures: () => drawFreshPictures(join(drawings, 'fresh'), seed),
    predict: async (file) =>
      classificationPredictionSchema.parse(await post(`${server.address}/api/v1/predict`, file)),
    waitForJob: async (id: JobId) => assertSucceeded(await waitForJob(id, { client, signal, progress })),
    say: (line) => {
      progress.clear();
      process.stderr.write(`${elapsedS().toFixed(0).padStart(4)} s  ${line}\n`);
    },
  };
}

async function drawFreshPictures(folder: string, seed: number) {
  await mkdir(folder, { recursive: true });
  const pictures = leafConditions.flatMap((condition) =>
    Array.from({ length: freshPerCondition }, (_, index) => ({
      file: join(folder, `${condition}-${index}.jpg`),
      className: condition,
      picture: { condition, camera: 'first', seed: seed * 100_000 + 50_000 + index } as const,
    })),
  );
  for (const { file, picture } of pictures)
    if (!existsSync(file)) await writeFile(file, await drawLeaf(picture));
  return pictures;
}

/** One picture as the raw body, as any program of the site would send it. */
async function post(url: string, file: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: await readFile(file),
  });
  const answer: unknown = await response.json();
  if (!response.ok)
    throw new Error(`POST ${url} with ${basename(file)}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

function describeEnd(steps: readonly DemoStep[], dataDir: string, durationS: number): string {
  const rows = steps.map(({ atS, step, result }) => [`${atS.toFixed(0)} s`, step, result]);
  const table = formatTable(['at', 'step', 'result'], rows);
  return `${table}\n\nTwo rounds in ${durationS.toFixed(0)} s. Look around: npm start -- --data-dir ${dataDir}`;
}
