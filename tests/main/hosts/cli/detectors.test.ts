/** Detectors on the command line: figures, COCO files, comparisons. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cocoFilesSchema, detectionReportSchema } from '../../../../src-preload/contract/detection-report.ts';
import { runCli } from './cli-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'fieldstation-cli-detectors-'));
const common = ['--data-dir', join(dir, 'data'), '--json'];
const model = (name: string) => join(import.meta.dirname, '../../../fixtures/detector', name);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(async () => {
  const lines = ['filename,class,xmin,ymin,xmax,ymax,split'];
  for (const [index, className] of ['cat', 'dog', 'owl', 'cat'].entries()) {
    const background = { r: 40 * index, g: 90, b: 200 - 40 * index };
    const name = `${String(4 - index).padStart(6, '0')}.png`;
    await sharp({ create: { width: 80, height: 60, channels: 3, background } })
      .png()
      .toFile(join(dir, name));
    lines.push(`${name},${className},5,6,40.5,30,test`);
  }
  writeFileSync(join(dir, 'labels.csv'), `${lines.join('\n')}\n`);
  await runCli('init', '--task', 'detection', '--classes', 'cat,dog,owl', ...common);
  await runCli('import', dir, '--format', 'csv', ...common);
  const created = await runCli('dataset', 'create', 'animals', ...common);
  expect(created.document()).toMatchObject({ task: 'detection', counts: { test: 4 } });
}, 60_000);

describe('detectors on the command line', { timeout: 60_000 }, () => {
  it('are evaluated, and write what they found and what was there as COCO files', async () => {
    const [results, truth] = [join(dir, 'results.json'), join(dir, 'truth.json')];
    const files = ['--coco-results', results, '--coco-truth', truth];
    const answer = await runCli(
      ...['evaluate', '--model', model('yolox.onnx'), '--dataset', 'animals/test', ...files, ...common],
    );
    const report = detectionReportSchema.parse(answer.document());
    expect(report).toMatchObject({ count: 4, truths: 4, classNames: ['cat', 'dog', 'owl'] });
    const coco = cocoFilesSchema.parse({
      results: JSON.parse(readFileSync(results, 'utf8')),
      truth: JSON.parse(readFileSync(truth, 'utf8')),
    });
    expect(coco.results).toHaveLength(report.detections);
    // File names that are numbers are the numbers of the pictures, as in COCO's own sets.
    expect(coco.truth.images.map(({ id, file_name }) => [id, file_name])).toEqual(
      [1, 2, 3, 4].map((id) => [id, `00000${id}.png`]),
    );
    expect(coco.truth.annotations[0]).toMatchObject({ image_id: 1, bbox: [5, 6, 35.5, 24], iscrowd: 0 });
  });

  it('are compared with the first, whatever their number', async () => {
    const models = ['yolox.onnx', 'yolox-decoded.onnx', 'yolox.onnx'].map(model);
    const answer = await runCli('compare', ...models, '--dataset', 'animals', ...common);
    expect(answer.document()).toMatchObject({
      dataset: 'animals@1/test',
      models: models.map((path) => ({ model: path, map50: expect.any(Number) })),
      comparisons: [
        { task: 'detection', a: models[0], b: models[1], count: 4 },
        { b: models[2], difference: 0, interval: [0, 0] },
      ],
    });
  });

  it('are refused in a sentence: one model alone, a file that can not be written, a threshold out of range', async () => {
    const evaluate = ['evaluate', '--model', model('yolox.onnx'), '--dataset', 'animals'];
    const refusals = [
      ['compare', model('yolox.onnx'), '--dataset', 'animals'],
      [...evaluate, '--coco-results', join(dir, 'no folder', 'results.json')],
      [...evaluate, '--coco-results', dir],
      [...evaluate, '--conf', '1.5'],
    ];
    for (const args of refusals) {
      const answer = await runCli(...args, ...common);
      expect([answer.status, answer.document()]).toMatchObject([1, { error: { code: 'INPUT_INVALID' } }]);
      expect(answer.stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
