import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { measureDetector } from '../../../../src-main/statistics/detector-measurement.ts';
import { createImageQueries } from '../../../../src-main/store/tables/image-queries.ts';
import { detectionReportSchema } from '../../../../src-preload/contract/detection-report.ts';
import { mainFigureOf } from '../../../../src-preload/contract/evaluation.ts';
import { type BoxId, imageHashSchema, type JobId } from '../../../../src-preload/contract/ids.ts';
import { addShapes, type MiniStation, openMiniStation } from '../kit/mini-station.ts';

const latencyMs = { p50: 1, p95: 1, p99: 1, mean: 1 };
const settings = {
  leastConfidence: 0.001,
  suppressionIou: 0.7,
  maxDetections: 300,
  measured: { latencyMs, provider: 'cpu', speeds: [] },
};

/** A station for detection whose dataset `things` has twelve test pictures with one box each and three without. */
async function openDetectionStation(): Promise<MiniStation> {
  const station = openMiniStation();
  const { store, datasets } = station;
  store.settings.update({ task: 'detection' });
  const pictures = await addShapes(store, { perClass: { train: 0, val: 0, test: 5 }, size: 64 });
  const annotation = createAnnotation({ store, clock: systemClock, publish: () => undefined });
  for (const [index, { imageHash, className }] of pictures.entries()) {
    const box = { id: 'box' as BoxId, className, x: 2, y: 3, width: 20.5, height: 15, attributes: {} };
    const put = index % 5 === 4 ? [] : [box];
    annotation.editAnnotation({
      imageHash: imageHashSchema.parse(imageHash),
      put,
      remove: [],
      state: 'labelled',
    });
  }
  datasets.createVersion({ name: 'things', seed: 1, splits: [0, 0, 1] });
  return station;
}

/** Registers a version that finds, of the truths, those that `isFound` says, and records its evaluation. */
function recordDetector(station: MiniStation, isFound: (index: number) => boolean): string {
  const { datasets, registry, evaluations, store, queue } = station;
  const pictures = datasets.listDetectionSplit('things@1/test');
  const { name, version, blobHash } = registry.registerVersion({
    name: 'detector',
    runId: null,
    dataset: { name: 'things', version: 1 },
    architecture: 'detector-nano',
    classNames: ['disc', 'ring', 'stripe'],
    imageSize: 64,
    blobHash: pictures[registry.listVersions('detector').length]?.imageHash as never,
    sizeBytes: 1,
    metrics: {},
  });
  const job = queue.enqueue({ kind: 'evaluate', subject: 'none', title: '', request: {} });
  queue.cancel(job.id);
  const measured = measureDetector({
    ...settings,
    classNames: ['disc', 'ring', 'stripe'],
    pictures,
    found: pictures.map(({ boxes }, index) =>
      boxes.map(({ className, x, y, width, height }) => ({
        className,
        x: isFound(index) ? x : x + 500,
        ...{ y, width, height },
        score: 0.5 + index / 100,
      })),
    ),
  });
  const dataset = { name: 'things', version: 1, split: 'test' } as const;
  store.db.transaction(() =>
    evaluations.recordEvaluation({
      ...measured,
      model: { name, version, blobHash },
      dataset,
      jobId: job.id as JobId,
    }),
  );
  return `${name}/${version}`;
}

/** The newest evaluation, whole. */
function newestOf({ evaluations }: MiniStation) {
  const [newest] = evaluations.listEvaluations({});
  if (!newest) throw new Error('there is no evaluation');
  const whole = evaluations.getEvaluation(newest.id);
  expect(whole).toMatchObject(newest);
  return whole;
}

describe('evaluations of detectors', { timeout: 60_000 }, () => {
  it('run a foreign detector over a split, and keep every box with what became of it', async () => {
    const station = await openDetectionStation();
    const { evaluations, queue, store } = station;
    const { id, jobId } = await evaluations.startEvaluation({
      model: join(import.meta.dirname, '../../../fixtures/detector/yolov8.onnx'),
      dataset: 'things',
      classNames: ['disc', 'ring', 'stripe'],
      conf: 0.01,
    });
    expect(await queue.wait(jobId)).toMatchObject({ status: 'succeeded' });
    const { report } = evaluations.getEvaluation(id);
    const figures = detectionReportSchema.parse(report);
    expect(figures).toMatchObject({ count: 15, truths: 12, backgroundCount: 3, provider: 'cpu' });
    expect(figures.thresholds).toMatchObject({ leastConfidence: 0.01, suppressionIou: 0.7 });
    expect(figures.detections).toBeGreaterThan(0);
    expect(figures.latencyMs.p50).toBeGreaterThan(0);
    expect(figures.speeds[0]?.picturesPerSecond).toBeGreaterThan(0);

    const all = evaluations.listDetections(id, {}, { offset: 0, limit: 1000 });
    expect(all.total).toBe(figures.detections);
    expect(all.detections.every(({ score }, index) => score <= (all.detections[index - 1]?.score ?? 1))).toBe(
      true,
    );
    for (const { kind, count } of figures.errors) {
      const listed =
        kind === 'missed'
          ? evaluations.listTruths(id, { outcome: 'missed' }, { offset: 0, limit: 1 })
          : evaluations.listDetections(id, { outcome: kind }, { offset: 0, limit: 1 });
      expect([kind, listed.total]).toEqual([kind, count]);
      const images = createImageQueries(store.db).list({
        filter: { detectionError: { evaluationId: id, kind } },
        offset: 0,
        limit: 100,
      });
      expect(images.total > 0).toBe(count > 0);
    }
  });

  it('open the pictures behind each cell of the matrix, and each picture with its boxes', async () => {
    const station = await openDetectionStation();
    const { evaluations, store } = station;
    recordDetector(station, (index) => index % 2 === 0);
    const evaluation = newestOf(station);
    const { confusion, classNames } = detectionReportSchema.parse(evaluation.report);
    const id = evaluation.id;
    const names = [...classNames, null];
    for (const [row, trueClass] of names.entries()) {
      for (const [column, predictedClass] of names.entries()) {
        const confused = { evaluationId: id, trueClass, predictedClass };
        const images = createImageQueries(store.db).list({
          filter: { confusion: confused },
          offset: 0,
          limit: 100,
        });
        // One box on each picture: as many pictures as boxes.
        expect(images.total).toBe(confusion[row]?.[column]);
      }
    }
    const [missed] = evaluations.listTruths(id, { outcome: 'missed' }, { offset: 0, limit: 1 }).truths;
    const picture = evaluations.getPicture(id, missed?.imageHash ?? (undefined as never));
    expect(picture).toMatchObject({
      detections: [{ outcome: 'background', truth: null }],
      truths: [{ id: 'box', outcome: 'missed', width: 20.5 }],
    });
    const { sizes, truths } = detectionReportSchema.parse(evaluation.report);
    const listed = (size: 'small' | 'medium' | 'large') =>
      evaluations.listTruths(id, { outcome: null, size }, { offset: 0, limit: 1 }).total;
    expect(sizes.map(({ size }) => listed(size))).toEqual(sizes.map(({ support }) => support));
    expect(listed('small')).toBe(truths);
    expect(() => evaluations.getPicture(id, imageHashSchema.parse('f'.repeat(64)))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it('compare two detectors on the same pictures, with how sure the difference is', async () => {
    const station = await openDetectionStation();
    const half = recordDetector(station, (index) => index % 2 === 0);
    const whole = recordDetector(station, () => true);
    const comparison = await station.evaluations.compareModels({ a: half, b: whole, dataset: 'things' });
    const [ofWhole, ofHalf] = station.evaluations
      .listEvaluations({})
      .map(({ report }) => mainFigureOf(report).value ?? Number.NaN);
    expect(comparison).toMatchObject({
      task: 'detection',
      a: half,
      b: whole,
      count: 15,
      map50A: ofHalf,
      map50B: ofWhole,
    });
    // The settings by their own names are no other trial.
    const asked = { model: whole, dataset: 'things', conf: 0.001, iou: 0.7, maxDet: 300 };
    const { id } = await station.evaluations.startEvaluation(asked);
    expect(station.evaluations.getEvaluation(id).model).toBe(whole);
    expect(comparison.difference).toBeCloseTo((ofWhole ?? 0) - (ofHalf ?? 0), 12);
    expect(comparison.interval[0]).toBeGreaterThan(0);
    expect(comparison.interval[1]).toBeGreaterThan(comparison.difference);
    const same = await station.evaluations.compareModels({ a: whole, b: whole, dataset: 'things' });
    expect(same).toMatchObject({ difference: 0, interval: [0, 0], interval5095: [0, 0] });
  });

  it('write results and truth as COCO has them, with the names of the pictures', async () => {
    const station = await openDetectionStation();
    recordDetector(station, () => true);
    const evaluation = newestOf(station);
    const { results, truth } = station.evaluations.exportCoco(evaluation.id);
    expect(truth.images).toHaveLength(15);
    expect(new Set(truth.images.map(({ id }) => id)).size).toBe(15);
    expect(truth.annotations).toHaveLength(12);
    expect(results).toHaveLength(12);
    const [first] = results;
    expect(first).toMatchObject({ bbox: [2, 3, 20.5, 15], file_name: 'picture.png' });
    expect(truth.categories.find(({ id }) => id === first?.category_id)?.name).toBe(first?.category_name);
  });

  it('say what is wrong: a classifier, other classes, a picture that is gone', async () => {
    const station = await openDetectionStation();
    const { evaluations, queue } = station;
    const model = (name: string) => join(import.meta.dirname, '../../../fixtures/detector', name);
    const run = async (request: Parameters<typeof evaluations.startEvaluation>[0]) =>
      queue.wait((await evaluations.startEvaluation(request)).jobId);
    expect(
      await run({ model: model('yolov8.onnx'), dataset: 'things', classNames: ['Disc', 'Ring', 'Bar'] }),
    ).toMatchObject({ status: 'failed', error: { code: 'MODEL_CLASSES_MISMATCH' } });
    expect(
      await run({ model: model('yolov8.onnx'), dataset: 'things', classNames: ['disc', 'ring'] }),
    ).toMatchObject({ status: 'failed', error: { code: 'MODEL_CLASSES_MISMATCH' } });
    expect(await run({ model: model('foreign-exports.json'), dataset: 'things' })).toMatchObject({
      status: 'failed',
      error: { code: 'MODEL_UNREADABLE' },
    });
    const [gone] = station.datasets.listDetectionSplit('things@1/test');
    const { imageHash } = gone ?? (undefined as never);
    rmSync(join(station.dataDir, 'blobs', imageHash.slice(0, 2), imageHash.slice(2)));
    expect(await run({ model: model('yolox.onnx'), dataset: 'things' })).toMatchObject({
      status: 'failed',
      error: { code: 'BLOB_MISSING', message: expect.stringContaining(imageHash) },
    });
  });
});
