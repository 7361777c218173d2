/**
 * Time of COCO's twelve figures over 5,000 pictures with 36,000 boxes of 80 classes, against pycocotools and
 * faster-coco-eval on the same data in the same run, in turns. A ratio above 1 means that we are faster. Each side is
 * timed from boxes in memory in its own form (for the peers: loaded COCO objects) to the figures.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRandom } from '../../src-main/base/random.ts';
import { accumulateMatches } from '../../src-main/statistics/detection/accumulate.ts';
import type { DetectionOutcomes } from '../../src-main/statistics/detection/box-sets.ts';
import { matchDetections } from '../../src-main/statistics/detection/match.ts';
import { summarizeCoco } from '../../src-main/statistics/detection/summarize.ts';

const pictures = 5_000;
const classes = 80;
const truthCount = 36_000;
const rounds = 3;
const peers = ['pycocotools', 'faster-coco-eval'] as const;

const python = process.env.FIELDSTATION_PYTHON;
if (!python) throw new Error('FIELDSTATION_PYTHON must name a Python; run it through `npm run bench`');

/** picture, class, x, y, width, height, and the score of detections */
type Row = readonly number[];

const truths = drawTruths();
const detections = drawDetections(truths);
const outcomes = toOutcomes(truths, detections);
const folder = mkdtempSync(join(tmpdir(), 'fieldstation-bench-'));
const file = join(folder, 'boxes.json');
writeFileSync(file, JSON.stringify({ pictures, classes, truths, detections }));
const peer = spawn(python, [`${import.meta.dirname}/detection_figures.py`, file], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

let agreedMap: number | undefined;
const ours: number[] = [];
const theirs: Record<(typeof peers)[number], number[]> = { pycocotools: [], 'faster-coco-eval': [] };
for (let round = 0; round < rounds; round++) {
  ours.push(measureOurs());
  for (const name of peers) theirs[name].push(await measurePeer(name));
}
peer.stdin.end();
rmSync(folder, { recursive: true });

const best = Math.min(...ours);
console.log(`${truths.length} truths, ${detections.length} detections; ours ${best.toFixed(0)} ms`);
for (const name of peers) {
  const other = Math.min(...theirs[name]);
  console.log(`${name.padEnd(18)} ${other.toFixed(0).padStart(7)} ms  ratio ${(other / best).toFixed(2)}`);
}

function measureOurs(): number {
  const start = performance.now();
  const figures = summarizeCoco(accumulateMatches(matchDetections(outcomes), outcomes.detections, classes));
  const took = performance.now() - start;
  checkMap(figures.map5095 ?? Number.NaN);
  return took;
}

/** Whoever is fast must also be right. */
function checkMap(map: number): void {
  agreedMap ??= map;
  if (!(Math.abs(map - agreedMap) < 1e-9)) throw new Error(`expected a mAP of ${agreedMap}, got ${map}`);
}

async function measurePeer(name: string): Promise<number> {
  peer.stdin.write(`${name}\n`);
  const answer = await answers.next();
  if (answer.done) throw new Error(`${name} ended early`);
  const { milliseconds, map } = JSON.parse(answer.value) as { milliseconds: number; map: number };
  checkMap(map);
  return milliseconds;
}

function drawTruths(): Row[] {
  const random = createRandom(1, 'truths');
  const rows = Array.from({ length: truthCount }, () => {
    const size = 2 ** random.uniform(3, 8.5);
    const width = size * random.uniform(0.6, 1.6);
    const corner = [random.uniform(0, 600), random.uniform(0, 400)];
    return [random.integer(0, pictures - 1), random.integer(0, classes - 1), ...corner, width, size];
  });
  return rows.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** About four near each truth, of which one in five is of another class. */
function drawDetections(near: readonly Row[]): Row[] {
  const random = createRandom(1, 'detections');
  return near.flatMap(([picture = 0, place = 0, x = 0, y = 0, width = 0, height = 0]) =>
    Array.from({ length: random.integer(0, 8) }, (_, index) => [
      picture,
      random.next() < 0.2 ? random.integer(0, classes - 1) : place,
      x + 0.15 * width * random.normal(),
      y + 0.15 * height * random.normal(),
      width * random.uniform(0.75, 1.3),
      height * random.uniform(0.75, 1.3),
      random.next() / (1 + index),
    ]),
  );
}

function toOutcomes(truthRows: readonly Row[], detectionRows: readonly Row[]): DetectionOutcomes {
  const places = (rows: readonly Row[]) => ({
    pictures: Int32Array.from(rows, (row) => row[0] ?? 0),
    classes: Int32Array.from(rows, (row) => row[1] ?? 0),
    boxes: Float64Array.from(rows.flatMap((row) => row.slice(2, 6))),
  });
  return {
    classCount: classes,
    pictureCount: pictures,
    truths: {
      ...places(truthRows),
      crowds: new Uint8Array(truthRows.length),
      areas: Float64Array.from(truthRows, (row) => (row[4] ?? 0) * (row[5] ?? 0)),
    },
    detections: { ...places(detectionRows), scores: Float64Array.from(detectionRows, (row) => row[6] ?? 0) },
  };
}
