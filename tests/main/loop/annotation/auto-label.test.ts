import { expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createRandom } from '../../../../src-main/base/random.ts';
import { createClassifier, createTrainer } from '../../../../src-main/engine/index.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { autoLabelBody } from '../../../../src-main/loop/annotation/auto-label/auto-label-body.ts';
import { createAutoLabelHandler } from '../../../../src-main/loop/annotation/auto-label/auto-label-handler.ts';
import type {
  AutoLabelRequest,
  AutoLabelUpdate,
  Suggestion,
} from '../../../../src-main/loop/annotation/auto-label/auto-label-job.ts';
import { createAutoLabels } from '../../../../src-main/loop/annotation/auto-label/auto-labels.ts';
import type { AutoLabelId, BlobHash, BoxId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';
import { drawPicture } from '../kit/draw-pictures.ts';

const job = {} as Job;

function createBench(request: Partial<AutoLabelRequest> = {}) {
  const store = openTestStore();
  insertPictures(
    store,
    ['a', 'b', 'c', 'd'].map((name) => ({ name, width: 100 })),
  );
  store.db.run(
    `INSERT INTO job (id, kind, title, subject, spec, status, created_at) VALUES ('job', 'label', '', '', '{}', 'running', 0)`,
  );
  const id = 'labelling' as AutoLabelId;
  store.autoLabels.insert({ id, jobId: 'job' as never, model: 'cells/3', acceptFrom: 0.9, startedAt: 1 });
  const order: AutoLabelRequest = {
    ...{ id, task: 'detection', modelHash: 'hash' as BlobHash, model: 'cells/3', acceptFrom: 0.9 },
    ...{ auditShare: 0, confidence: 0.25, provider: 'cpu', threads: 1 },
    imageHashes: ['a', 'b', 'c', 'd'].map(hashOf),
    ...request,
  };
  const handler = createAutoLabelHandler({ store, clock: systemClock, publish: () => {} });
  const annotation = createAnnotation({ store, clock: systemClock, publish: () => {} });
  const suggest = (...suggestions: Suggestion[]) => handler.onUpdate(job, order, { suggestions });
  const shown = (name: string) => annotation.getAnnotation(hashOf(name));
  return { store, handler, annotation, order, suggest, shown };
}

function suggestion(name: string, certainty: number, x = 5): Suggestion {
  const box = { className: 'cell', x, y: 2, width: 10, height: 5, score: certainty };
  const score = { uncertainty: { lowestBox: 1 - certainty }, prediction: { classes: [], boxes: [box] } };
  return { imageHash: hashOf(name), certainty, className: null, boxes: [box], score };
}

it('takes what is sure enough, leaves the rest to a person, least sure first, with the model on every box', () => {
  const { suggest, shown, store } = createBench();
  suggest(suggestion('a', 0.95), suggestion('b', 0.5), suggestion('c', 0.3));
  expect(shown('a')).toMatchObject({
    state: 'labelled',
    boxes: [{ source: 'model', model: 'cells/3', score: 0.95, className: 'cell' }],
  });
  expect(shown('b').state).toBe('predicted');
  const { images } = store.imageQueries.list({
    ...{ filter: { state: 'predicted' }, order: 'uncertain', offset: 0, limit: 9 },
  });
  expect(images.map(({ fileName }) => fileName)).toEqual(['c.png', 'b.png']);
  expect(store.autoLabels.list(5)).toMatchObject([{ pictures: 3, accepted: 1, waiting: 2, audited: 0 }]);
});

it('never touches what a person has labelled or begun, whenever that was', () => {
  const { suggest, shown, annotation, store } = createBench();
  annotation.addClass('dust');
  const put = [{ id: 'mine' as BoxId, className: 'dust', x: 1, y: 1, width: 5, height: 5, attributes: {} }];
  annotation.editAnnotation({ imageHash: hashOf('a'), put, remove: [] });
  suggest(suggestion('a', 0.99));
  expect(shown('a').boxes).toMatchObject([{ id: 'mine', source: 'human' }]);
  expect(store.autoLabels.list(5)).toMatchObject([{ pictures: 1, accepted: 0 }]);
});

it('a later model replaces the suggestions of the one before', () => {
  const { suggest, shown, handler, order } = createBench();
  suggest({
    ...suggestion('a', 0.5),
    boxes: [...suggestion('a', 0.5).boxes, ...suggestion('a', 0.5, 40).boxes],
  });
  expect(shown('a').boxes).toHaveLength(2);
  handler.onUpdate(job, { ...order, model: 'cells/4' }, { suggestions: [suggestion('a', 0.6, 50)] });
  expect(shown('a').boxes).toMatchObject([{ x: 50 }]);
});

it('a sample of the sure ones waits all the same, and measures the errors', () => {
  const { suggest, shown, annotation, store } = createBench({ auditShare: 1 });
  suggest(suggestion('a', 0.95), suggestion('b', 0.96), suggestion('c', 0.97));
  expect(shown('a').state).toBe('predicted');
  annotation.editAnnotation({ imageHash: hashOf('a'), put: [], remove: [], state: 'labelled' });
  const [box] = shown('b').boxes;
  if (!box) throw new Error('no box');
  const { id, className, x, y, width, height } = box;
  const moved = { id, className, x: x + 20, y, width, height, attributes: {} };
  annotation.editAnnotation({ imageHash: hashOf('b'), put: [moved], remove: [], state: 'labelled' });
  const autoLabels = createAutoLabels({ store } as never);
  const [told] = autoLabels.listAutoLabels(5);
  expect(told).toMatchObject({ audited: 3, reviewed: 2, wrong: 1 });
  expect(told?.errorInterval?.[0]).toBeCloseTo(0.0945, 3);
});

it('an interrupted job goes on with the pictures that are left', () => {
  const { suggest, handler, order } = createBench();
  suggest(suggestion('a', 0.95), suggestion('b', 0.5));
  expect(handler.prepare(job, order).imageHashes).toEqual(['c', 'd'].map(hashOf));
});

it('a classifier says a class and its probability of every picture', async () => {
  const { store } = createBench();
  const random = createRandom(1, 'pictures');
  const pictures = await Promise.all(
    ['disc', 'ring'].map((shape) => drawPicture(shape as 'disc', 16, random)),
  );
  const imageHashes = (await store.blobs.writeMany(pictures)) as unknown as ImageHash[];
  const trainer = await createTrainer({
    model: createClassifier({ architecture: 'classifier-nano', classes: 2, imageSize: 16, seed: 1 }),
    ...{ batchSize: 2, labelSmoothing: 0, provider: 'cpu', threads: 1 },
    optimizer: { kind: 'adamw', weightDecay: 0 },
  });
  const model = await trainer.exportOnnx({ classNames: ['disc', 'ring'] });
  await trainer.dispose();
  const updates: AutoLabelUpdate[] = [];
  const result = await autoLabelBody(
    {
      ...{ task: 'classification', modelHash: await store.blobs.write(model), confidence: 0.25 },
      ...{ provider: 'cpu', threads: 1, imageHashes },
    },
    {
      ...{ signal: new AbortController().signal, blobsDir: store.folder.blobs, workerEntry: '' },
      ...{ reportProgress: () => {}, log: () => {} },
      commit: async (update) => void updates.push(update),
    },
  );
  expect(result).toEqual({ pictures: 2 });
  const suggestions = updates.flatMap((update) => update.suggestions);
  expect(suggestions.map(({ imageHash }) => imageHash)).toEqual(imageHashes);
  for (const { className, certainty } of suggestions) {
    expect(['disc', 'ring']).toContain(className);
    expect(certainty).toBeGreaterThanOrEqual(0.5);
  }
});
