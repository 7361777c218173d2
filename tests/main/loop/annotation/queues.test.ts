/** What the queues of the desk promise: what waits in each, in which order, and how a picture leaves it. */
import { expect, it } from 'vitest';
import type { Clock } from '../../../../src-main/base/clock.ts';
import { createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import type {
  ScoreRequest,
  Suggestion,
} from '../../../../src-main/loop/annotation/auto-label/auto-label-job.ts';
import { createAutoLabels } from '../../../../src-main/loop/annotation/auto-label/auto-labels.ts';
import { createScoreHandler } from '../../../../src-main/loop/annotation/auto-label/score-handler.ts';
import { diversifyBody } from '../../../../src-main/loop/annotation/queues/diversify-body.ts';
import { createDiversifyHandler } from '../../../../src-main/loop/annotation/queues/diversify-handler.ts';
import { createQueues } from '../../../../src-main/loop/annotation/queues/queues.ts';
import { createBlindDesk } from '../../../../src-main/loop/annotation/team/blind-desk.ts';
import { measureClassUncertainty } from '../../../../src-main/statistics/uncertainty.ts';
import type { BoxId } from '../../../../src-preload/contract/ids.ts';
import type { ImageFilter } from '../../../../src-preload/contract/image.ts';
import type { Job } from '../../../../src-preload/contract/job.ts';
import type { QueueId } from '../../../../src-preload/contract/queue.ts';
import type { RankedOrder } from '../../../../src-preload/contract/queue-order.ts';
import type { ModelVersion } from '../../../../src-preload/contract/registry.ts';
import { hashOf, insertPictures, type TestPicture } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';
import { createIdleQueue, quietContext } from '../collector/import-harness.ts';

const champion = { name: 'leaf', version: 1, aliases: ['champion'] } as unknown as ModelVersion;
const classNames = ['healthy', 'rust', 'scab'];

function createBench(pictures: readonly TestPicture[], versions: readonly ModelVersion[] = [champion]) {
  const store = openTestStore();
  let now = 1_000_000;
  const clock = { now: () => (now += 1_000), monotonic: () => now } as Clock;
  for (const name of classNames) store.annotations.findOrAddClass(name);
  insertPictures(store, pictures);
  const options = { store, clock, publish: () => {}, jobs: createIdleQueue(store) };
  const annotation = createAnnotation(options);
  const queues = createQueues({ ...options, listVersions: () => [...versions] });
  const handler = createScoreHandler({ store, clock });
  /** The model looks, and says of each picture the probabilities of the classes, or boxes. */
  const look = (said: Record<string, readonly number[] | Suggestion['boxes']>, model = 'leaf/1') => {
    const request = { model, imageHashes: [] } as unknown as ScoreRequest;
    const suggestions = Object.entries(said).map(([name, values]) => suggest(name, values));
    store.db.transaction(() => handler.onUpdate({} as Job, request, { suggestions }));
    store.db.transaction(() =>
      handler.onEnd({} as Job, request, { status: 'succeeded', result: { pictures: 0 } }),
    );
  };
  const label = (name: string, className: string) =>
    annotation.editAnnotation({ imageHash: hashOf(name), put: [], remove: [], className, state: 'labelled' });
  const list = async (filter: ImageFilter, order: RankedOrder) => {
    await queues.refresh();
    const { images, total } = store.imageQueries.list({ filter, order, offset: 0, limit: 99 });
    expect(total).toBe(images.length);
    expect(store.queueCounts.count(filter)).toBe(total);
    return images.map(({ fileName }) => fileName.replace('.png', ''));
  };
  const suspects = () => list({ queue: 'suspect' }, 'suspect');
  const counts = async (annotator?: string) => {
    const { queues: told } = await queues.listQueues(annotator);
    return Object.fromEntries(told.map(({ id, pictures }) => [id, pictures])) as Record<QueueId, number>;
  };
  return { store, annotation, queues, handler, clock, look, label, list, suspects, counts, options };
}

function suggest(name: string, values: readonly number[] | Suggestion['boxes']): Suggestion {
  const isClasses = values.every((value) => typeof value === 'number');
  const probabilities = isClasses ? (values as readonly number[]) : [];
  const boxes = isClasses ? [] : (values as Suggestion['boxes']);
  const classes = probabilities
    .map((probability, index) => ({ className: classNames[index] ?? '', probability }))
    .toSorted((first, second) => second.probability - first.probability);
  const uncertainty = isClasses ? measureClassUncertainty(probabilities) : { lowestBox: 0.5 };
  return {
    ...{ imageHash: hashOf(name), certainty: 0, className: null, boxes },
    score: { uncertainty, prediction: { classes, boxes } },
  };
}

const named = (...names: string[]) => names.map((name) => ({ name }));
const labelled = (className: string, ...names: string[]) => names.map((name) => ({ name, className }));

it('what is not labelled comes by the measure that is asked for, and leaves with its label', async () => {
  const { look, list, label, counts } = createBench(named('pair', 'spread', 'sure'));
  look({ pair: [0.5, 0.49, 0.01], spread: [0.45, 0.3, 0.25], sure: [0.98, 0.01, 0.01] });
  const filter = { queue: 'uncertain' } as const;
  expect(await list(filter, 'margin')).toEqual(['pair', 'spread', 'sure']);
  expect(await list(filter, 'entropy')).toEqual(['spread', 'pair', 'sure']);
  expect(await list(filter, 'leastConfidence')).toEqual(['spread', 'pair', 'sure']);
  label('spread', 'rust');
  expect(await list(filter, 'entropy')).toEqual(['pair', 'sure']);
  expect(await counts()).toMatchObject({ uncertain: 2, unlabelled: 2, labelled: 1, all: 3 });
});

it('labels that the model doubts come worst first, and only where it is as sure of another as it usually is', async () => {
  const { look, suspects } = createBench([
    ...labelled('healthy', 'good1', 'good2', 'planted', 'faint'),
    ...labelled('rust', 'rusty1', 'rusty2', 'mixed'),
  ]);
  look({
    ...{ good1: [0.9, 0.1, 0], good2: [0.8, 0.2, 0], rusty1: [0.1, 0.9, 0], rusty2: [0.2, 0.8, 0] },
    // Rust is usually given (0.9 + 0.8 + 0.1) / 3 = 0.6, healthy (0.9 + 0.8 + 0.02 + 0.45) / 4 = 0.5425.
    ...{ planted: [0.02, 0.98, 0], faint: [0.45, 0.55, 0], mixed: [0.9, 0.1, 0] },
  });
  expect(await suspects()).toEqual(['planted', 'mixed']);
});

it('a confirmed label leaves until another model looks, and comes back when that is taken back', async () => {
  const { look, suspects, queues } = createBench(labelled('healthy', 'planted', 'good'));
  const said = { planted: [0, 1, 0], good: [1, 0, 0] };
  look(said);
  expect(await suspects()).toEqual(['planted']);
  const decision = { imageHash: hashOf('planted'), annotator: 'Ada' };
  expect(queues.confirmLabel({ ...decision, isKept: true }).judgement?.decidedBy).toBe('Ada');
  expect(await suspects()).toEqual([]);
  look(said);
  expect(await suspects()).toEqual([]);
  queues.confirmLabel({ ...decision, isKept: false });
  expect(await suspects()).toEqual(['planted']);
  queues.confirmLabel({ ...decision, isKept: true });
  look(said, 'leaf/2');
  expect(await suspects()).toEqual(['planted']);
});

it('a corrected label leaves the suspect ones, whatever to, and undo brings it back', async () => {
  const { look, suspects, label, annotation } = createBench(labelled('healthy', 'a', 'b'));
  look({ a: [0, 1, 0], b: [0.1, 0.9, 0] });
  expect(await suspects()).toEqual(['a', 'b']);
  label('a', 'rust');
  label('b', 'scab');
  expect(await suspects()).toEqual([]);
  annotation.undo(hashOf('b'));
  expect(await suspects()).toEqual(['b']);
  annotation.redo(hashOf('b'));
  annotation.undo(hashOf('a'));
  expect(await suspects()).toEqual(['a']);
});

it('a label given after the look is held against it: the slip of a hand is found at once', async () => {
  const { look, suspects, label, queues } = createBench(named('slip', 'right'));
  look({ slip: [0, 1, 0], right: [0, 1, 0] });
  label('slip', 'healthy');
  label('right', 'rust');
  expect(await suspects()).toEqual(['slip']);
  expect(queues.findScore(hashOf('slip'))?.judgement?.issues).toEqual([
    { kind: 'class', suspicion: 1, boxId: null, given: 'healthy', className: 'rust', score: 1, box: null },
  ]);
  expect(queues.findScore(hashOf('none'))).toBeNull();
  expect(() => queues.confirmLabel({ imageHash: hashOf('none'), isKept: true })).toThrow(/has judged/);
});

it('boxes: what is overlooked and what is swapped is told with its box, and good boxes are not suspect', async () => {
  const { look, suspects, annotation, queues } = createBench([
    { name: 'swapped', width: 500 },
    { name: 'good', width: 500 },
    { name: 'overlooked', width: 500 },
  ]);
  const box = (className: string, x: number) => ({ className, x, y: 0, width: 20, height: 20 });
  const draw = (name: string, ...boxes: ReturnType<typeof box>[]) => {
    const put = boxes.map((one, index) => ({ ...one, id: `b${index}` as BoxId, attributes: {} }));
    annotation.editAnnotation({ imageHash: hashOf(name), put, remove: [], state: 'labelled' });
  };
  draw('swapped', box('rust', 0), box('scab', 100));
  draw('good', box('rust', 0));
  draw('overlooked', box('rust', 0));
  const found = (className: string, x: number, score = 0.9) => ({ ...box(className, x), score });
  look({
    swapped: [found('rust', 0), found('healthy', 101)],
    good: [found('rust', 1), found('scab', 300, 0.4)],
    overlooked: [found('rust', 1), found('rust', 300)],
  });
  expect(await suspects()).toEqual(['overlooked', 'swapped']);
  expect(queues.findScore(hashOf('swapped'))?.judgement?.issues).toMatchObject([
    { kind: 'swapped', boxId: 'b1', given: 'scab', className: 'healthy', box: { x: 101 } },
  ]);
});

it('disagreements: answers that differ until the picture is labelled, and labels that the model does not share', async () => {
  const { look, list, label, options, annotation, store } = createBench([
    ...named('asked', 'agreed'),
    ...labelled('healthy', 'doubted'),
  ]);
  store.settings.update({ team: { ...store.settings.read().team, overlapShare: 1 } });
  const desk = createBlindDesk({ ...options, annotation });
  const answer = (name: string, annotator: string, className: string) =>
    desk.editAnnotation({ imageHash: hashOf(name), annotator, put: [], remove: [], className });
  answer('asked', 'Ada', 'rust');
  answer('agreed', 'Ada', 'rust');
  const all = () => list({ queue: 'disagreement' }, 'disagreement');
  expect(await all()).toEqual([]);
  answer('asked', 'Ben', 'scab');
  answer('agreed', 'Ben', 'rust');
  expect(await all()).toEqual(['asked']);
  look({ doubted: [0.3, 0.7, 0] });
  expect(await all()).toEqual(['asked', 'doubted']);
  label('asked', 'rust');
  expect(await all()).toEqual(['doubted']);
});

it('says whether the model has learned from the picture, also by the version that it went on from', () => {
  const { store, look, queues } = createBench(labelled('healthy', 'trained', 'tested', 'before', 'new'));
  store.db.execute(`
    INSERT INTO dataset (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO dataset_version (dataset_id, version, seed, class_names, train_count, val_count, test_count, digest, created_at)
      VALUES (1, 1, 0, '[]', 0, 0, 0, '', 0), (1, 2, 0, '[]', 0, 0, 0, '', 0);
    INSERT INTO experiment (id, name, created_at) VALUES (1, 'leaf', 0);
    INSERT INTO run (id, name, experiment_id, status, dataset_id, dataset_version, model_name, parameters, created_at)
      VALUES ('r1', '', 1, 'completed', 1, 1, 'leaf', '{}', 0), ('r2', '', 1, 'completed', 1, 2, 'leaf', '{}', 0);
    INSERT INTO run_param (run_id, key, value) VALUES ('r2', 'base', 'leaf/1');
    INSERT INTO registered_model (name, created_at) VALUES ('leaf', 0);
    INSERT INTO model_version (name, version, run_id, dataset_id, dataset_version, architecture, class_names, image_size, blob_hash, size_bytes, created_at)
      VALUES ('leaf', 1, 'r1', 1, 1, '', '[]', 8, '', 0, 0), ('leaf', 2, 'r2', 1, 2, '', '[]', 8, '', 0, 0)`);
  const enter = (name: string, split: string, from: number, until: number | null) =>
    store.db.run(
      `INSERT INTO dataset_entry (dataset_id, image_hash, from_version, until_version, revision_id, class_id, split)
       VALUES (1, ?, ?, ?, 1, 1, ?)`,
      [hashOf(name), from, until, split],
    );
  enter('trained', 'train', 2, null);
  enter('tested', 'test', 1, null);
  enter('before', 'train', 1, 2);
  const sure = [1, 0, 0];
  const exposures = (model: string) => {
    look({ trained: sure, tested: sure, before: sure, new: sure }, model);
    return ['trained', 'tested', 'before', 'new'].map((name) => queues.findScore(hashOf(name))?.exposure);
  };
  expect(exposures('leaf/2')).toEqual(['trained', 'heldOut', 'trained', 'heldOut']);
  expect(exposures('leaf/1')).toEqual(['heldOut', 'heldOut', 'trained', 'heldOut']);
  expect(exposures('/models/theirs.onnx')).toEqual(Array(4).fill('unknown'));
});

it('a queue that can not be made yet says what is missing', async () => {
  const needs = async ({ queues }: ReturnType<typeof createBench>) => {
    const { queues: told } = await queues.listQueues();
    return Object.fromEntries(told.flatMap(({ id, needs }) => (needs === null ? [] : [[id, needs]])));
  };
  const smart = (uncertain: string, diverse: string) => {
    return { uncertain, diverse, disagreement: uncertain, suspect: uncertain };
  };
  expect(await needs(createBench([]))).toEqual(smart('pictures', 'pictures'));
  expect(await needs(createBench(named('a'), []))).toEqual(smart('model', 'measures'));
  const bench = createBench(named('a', 'b'));
  expect(await needs(bench)).toEqual(smart('scores', 'measures'));
  expect((await bench.queues.listQueues()).model).toEqual({ reference: 'leaf/1', unseen: 2 });
  bench.look({ a: [1, 0, 0] });
  expect(await needs(bench)).toEqual({ diverse: 'measures' });
  expect((await bench.queues.listQueues()).model).toEqual({ reference: 'leaf/1', unseen: 1 });
  expect(() => bench.queues.chooseDiverse({ count: 5 })).toThrow(/measure them first/);
  describe(bench.store, 'a', 7);
  expect(await needs(bench)).toEqual({ diverse: 'choice' });
  expect((await bench.queues.listQueues()).undescribed).toBe(1);
});

function describe(store: ReturnType<typeof openTestStore>, name: string, value: number): void {
  const measures = { sharpness: 1, brightness: 0, clipped: 0, fingerprint: '', pixelDigest: '' };
  store.quality.insertPicture(hashOf(name), { ...measures, descriptor: new Uint8Array(80).fill(value) });
}

it('the most diverse come in the order of the choice, far from what is labelled, without what is set aside', async () => {
  const { store, list, label, counts } = createBench([
    ...labelled('rust', 'known'),
    ...named('near', 'middle', 'far', 'twin', 'aside'),
  ]);
  const values = { known: 0, near: 5, middle: 100, far: 200, twin: 200, aside: 255 };
  for (const [name, value] of Object.entries(values)) describe(store, name, value);
  store.quality.insertDecision({ author: 'Ada', at: 1, keep: [], takeBack: [], setAside: [hashOf('aside')] });
  const handler = createDiversifyHandler({ store });
  const choose = async (count: number) => {
    const request = { count };
    const spec = handler.prepare({} as Job, request);
    const commit = async (update: Parameters<typeof handler.onUpdate>[2]) =>
      handler.onUpdate({} as Job, request, update);
    return diversifyBody(spec, { ...quietContext(store), commit });
  };
  const chosen = () => list({ queue: 'diverse' }, 'diverse');
  expect(await choose(2)).toEqual({ pictures: 2 });
  expect(await chosen()).toEqual(['far', 'middle']);
  // The twin is there already.
  expect(await choose(99)).toEqual({ pictures: 3 });
  expect(await chosen()).toEqual(['far', 'middle', 'near']);
  label('middle', 'rust');
  expect(await chosen()).toEqual(['far', 'near']);
  expect((await counts()).diverse).toBe(2);
});

it('the pace is that of the person who asks, a decision counts, and labelling many at once is one act', async () => {
  const { queues, label, annotation, look, clock } = createBench(named('a', 'b', 'c', 'd', 'e', 'f'));
  const pace = async (annotator?: string) => (await queues.listQueues(annotator)).picturesPerHour;
  annotation.setClass({ imageHashes: ['a', 'b', 'c', 'd'].map(hashOf), className: 'rust' });
  expect(await pace()).toBeNull();
  for (const name of ['a', 'b', 'c']) {
    clock.now();
    label(name, 'scab');
  }
  look({ c: [1, 0, 0] });
  expect(await pace('Ada')).toBeNull();
  // The bench's clock goes a second with every look at it.
  expect(await pace()).toBeGreaterThan(3_600_000 / 5_000);
});

it('a model looks at what it has not seen, again at all where that is asked, and at nothing twice after a power cut', async () => {
  const { store, look, options, handler, clock } = createBench(named('a', 'b', 'c'));
  const autoLabels = createAutoLabels({
    ...{ ...options, threads: 1, chooseProvider: () => 'cpu' },
    getVersion: () => ({ ...champion, blobHash: 'f'.repeat(64) }) as ModelVersion,
  } as never);
  look({ a: [1, 0, 0] });
  const asked = async (again: boolean) => {
    const job = await autoLabels.startScoring({ model: 'leaf', again, confidence: 0.25 });
    const { spec } = store.db.get<{ spec: string }>('SELECT spec FROM job WHERE id = ?', [job.id]) ?? {};
    store.db.run(`UPDATE job SET status = 'cancelled', ended_at = 1 WHERE id = ?`, [job.id]);
    return JSON.parse(spec ?? '') as ScoreRequest;
  };
  expect((await asked(false)).imageHashes).toEqual([hashOf('b'), hashOf('c')]);
  expect((await asked(true)).imageHashes).toHaveLength(3);
  const createdAt = clock.now();
  look({ b: [1, 0, 0] });
  const request = await asked(true);
  const left = handler.prepare({ createdAt } as Job, request).imageHashes;
  expect(left).toEqual([hashOf('a'), hashOf('c')]);
  look({ c: [1, 0, 0] });
  await expect(asked(false)).rejects.toThrow(/leaf\/1 has not looked at, found none/);
});
