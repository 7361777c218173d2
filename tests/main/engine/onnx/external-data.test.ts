import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toNumbers } from '../../../../src-main/engine/graph/tensor.ts';
import { readModelFile } from '../../../../src-main/engine/model-file.ts';
import { createExternalReader } from '../../../../src-main/engine/onnx/external-data.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';

let folder = '';
let model = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'external-data-'));
  model = join(folder, 'model');
  mkdirSync(join(model, 'weights'), { recursive: true });
  const floats = Float32Array.of(0, 1, 2, 3);
  writeFileSync(join(model, 'weights', 'w.bin'), floats);
  writeFileSync(join(folder, 'secret.bin'), floats);
  symlinkSync(join(folder, 'secret.bin'), join(model, 'link.bin'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('external data', () => {
  it('reads a tensor from a file beside the model, at its offset', () => {
    const { graph } = readOnnx(encode({ location: 'weights/w.bin', offset: '4', length: '8' }), {
      readExternal: createExternalReader(model),
    });
    expect([...graph.initializers.values()].map(toNumbers)).toEqual([[1, 2]]);
  });

  it('refuses a file that links to others when no folder is given', () => {
    expect(() => readOnnx(encode({ location: 'weights/w.bin' }))).toThrow(
      'tensor w: expected its data in the file, found them in weights/w.bin',
    );
  });

  it.each([
    ['a path upwards', { location: '../secret.bin', length: '8' }, 'a path beside the model'],
    [
      'a hidden path upwards',
      { location: 'weights/../../secret.bin', length: '8' },
      'a path beside the model',
    ],
    ['an absolute path', { location: '/etc/passwd', length: '8' }, 'a relative path'],
    ['a link that leads out', { location: 'link.bin', length: '8' }, 'a file beside the model'],
    ['a folder', { location: 'weights', length: '8' }, 'a file beside the model'],
    ['the folder itself', { location: '.', length: '8' }, 'a path beside the model'],
    ['no path', { length: '8' }, 'a relative path'],
    [
      'a missing file',
      { location: 'missing.bin', length: '8' },
      'expected this file, which holds the weights',
    ],
    ['bytes past the end', { location: 'weights/w.bin', offset: '12', length: '8' }, 'found 16 bytes'],
    [
      'a length that is no number',
      { location: 'weights/w.bin', length: '1e9' },
      'expected a number as length',
    ],
    ['too few bytes', { location: 'weights/w.bin', length: '4' }, 'wants 2 elements, found 1'],
  ])('refuses %s', (_, entries, message) => {
    const read = () => readOnnx(encode(entries), { readExternal: createExternalReader(model) });
    expect(read).toThrow(expect.objectContaining({ code: 'MODEL_UNREADABLE' }));
    expect(read).toThrow(message);
  });
});

describe('readModelFile', () => {
  it('makes one file of a model and its weights, and leaves a model that is whole as it is', async () => {
    const path = join(model, 'linked.onnx');
    writeFileSync(path, encode({ location: 'weights/w.bin', offset: '4', length: '8' }));
    const whole = await readModelFile(path);
    expect([...readOnnx(whole).graph.initializers.values()].map(toNumbers)).toEqual([[1, 2]]);
    writeFileSync(path, whole);
    expect(await readModelFile(path)).toEqual(Buffer.from(whole));
  });

  it('tells which file with weights is not beside the model', async () => {
    const path = join(model, 'alone.onnx');
    writeFileSync(path, encode({ location: 'alone.onnx.data', length: '8' }));
    await expect(readModelFile(path)).rejects.toThrow(
      'external data alone.onnx.data: expected this file, which holds the weights, beside the model',
    );
  });

  it('leaves what is no ONNX file to those who read it', async () => {
    const path = join(model, 'text.onnx');
    writeFileSync(path, 'no model');
    expect(await readModelFile(path)).toEqual(Buffer.from('no model'));
  });
});

/** y = w + w for an external float tensor w `[2]`. */
function encode(entries: Readonly<Record<string, string>>): Uint8Array {
  const graph = new BinaryWriter();
  message(graph, 1, (node) => {
    for (const field of [1, 1]) text(node, field, 'w');
    text(node, 2, 'y');
    text(node, 4, 'Add');
  });
  message(graph, 5, (tensor) => {
    tensor.tag(1, WireType.Varint).int64(2).tag(2, WireType.Varint).int32(1);
    text(tensor, 8, 'w');
    for (const [key, value] of Object.entries(entries)) {
      message(tensor, 13, (entry) => {
        text(entry, 1, key);
        text(entry, 2, value);
      });
    }
    tensor.tag(14, WireType.Varint).int32(1);
  });
  message(graph, 12, (output) => text(output, 1, 'y'));
  const writer = new BinaryWriter();
  writer.tag(7, WireType.LengthDelimited).bytes(graph.finish());
  message(writer, 8, (opset) => opset.tag(2, WireType.Varint).int64(13));
  return writer.finish();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
