import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importDetector, loadDetector, recognizeDetector } from '../../../src-main/engine/index.ts';

const read = (name: string) =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/detector', `${name}.onnx`)));

it('names that a file lacks are written into it, and it finds the same', async () => {
  const bytes = read('yolox');
  const { classes, imageSize } = recognizeDetector(bytes);
  const classNames = Array.from({ length: classes }, (_, index) => `kind '${index}' \\`);
  const imported = importDetector(bytes, { classNames });
  expect(imported).toMatchObject({ classNames, imageSize, architecture: 'yolox' });
  const pictures = new Uint8Array(imageSize * imageSize * 3).map((_, index) => (index * 37) % 256);
  const found = [];
  for (const file of [bytes, imported.file]) {
    const detector = await loadDetector(file, { provider: 'cpu', threads: 1 });
    found.push([detector.classNames, (await detector.detect(pictures, 1)).scores]);
    await detector.dispose();
  }
  expect(found[0]?.[0]).toBeUndefined();
  expect(found[1]).toEqual([classNames, found[0]?.[1]]);
});

it('a wrong number of names is refused with both numbers', () => {
  const { classes } = recognizeDetector(read('yolox'));
  expect(() => importDetector(read('yolox'), { classNames: ['one'] })).toThrow(
    expect.objectContaining({
      code: 'MODEL_CLASSES_MISMATCH',
      message: `expected ${classes} class names, got 1`,
    }),
  );
  expect(() => importDetector(read('yolox'), {})).toThrow(/got none, and the file names none/);
});
