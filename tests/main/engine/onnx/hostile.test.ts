/** Files made to hurt: each ends in an AppError or a graph, soon, whatever it says. */
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src-main/base/random.ts';
import { floatTensor, int64Tensor, type Tensor } from '../../../../src-main/engine/graph/tensor.ts';
import { encodeModel } from '../../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../../../src-main/engine/onnx/model.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { readGolden } from '../../../numerics/golden-op.ts';

interface ModelCase {
  readonly name: string;
  readonly model: string;
}

/** Processor time that a hostile file of this size may take: what the machine does beside it does not count. */
const mostCpuMs = 8_000;

describe('readOnnx', () => {
  it('answers damaged files with an AppError or a graph', () => {
    const models = readGolden<readonly ModelCase[]>('onnx-models').map(({ model }) =>
      Buffer.from(model, 'base64'),
    );
    const random = createRandom(1, 'hostile');
    for (let attempt = 0; attempt < 4000; attempt++) {
      const model = models[attempt % models.length];
      if (model) expectAnswer(damage(model, random));
    }
  });

  it.each([
    ['an input of 2^60 elements', [node('Relu', ['x'], ['y'])], {}, [2 ** 30, 2 ** 30]],
    [
      'an input of 2^60 elements, doubled',
      [node('Concat', ['x', 'x'], ['y'], { axis: int(0) })],
      {},
      [2 ** 60],
    ],
    [
      'a repetition beyond numbers',
      [node('Tile', ['x', 'k'], ['y'])],
      { k: int64Tensor([2 ** 52]) },
      [2 ** 40],
    ],
    [
      'an expansion to 2^50 elements',
      [node('Expand', ['x', 'k'], ['y'])],
      { k: int64Tensor([2 ** 50]) },
      [1],
    ],
    ['a range of 2^53 numbers', [node('Range', ['a', 'b', 'c'], ['y'])], range(2 ** 53), [1]],
    ['a range that does not move', [node('Range', ['a', 'b', 'z'], ['y'])], range(1), [1]],
    ['a shape of 2^40 zeros', [node('ConstantOfShape', ['k'], ['y'])], { k: int64Tensor([2 ** 40]) }, [1]],
    ['a stride of 0', [pool({ strides: ints([0, 0]) })], {}, [1, 1, 4, 4]],
    ['a negative stride', [pool({ strides: ints([-1, -1]) })], {}, [1, 1, 4, 4]],
    ['a kernel of 2^31', [pool({ kernel_shape: ints([2 ** 31, 1]) })], {}, [1, 1, 4, 4]],
    ['negative sizes', [node('Reshape', ['x', 'k'], ['y'])], { k: int64Tensor([-2, -3]) }, [6]],
    ['an axis that is not there', [node('Slice', ['x', 'k', 'k', 'k'], ['y'])], { k: int64Tensor([7]) }, [6]],
    ['a step of 0', [node('Slice', ['x', 'a', 'b', 'a', 'z1'], ['y'])], sliceByZero(), [6]],
    [
      'two million new axes',
      [node('Unsqueeze', ['x', 'k'], ['y'])],
      { k: int64Tensor(zeros(2_000_000)) },
      [1],
    ],
    ['two million axes', [node('Transpose', ['x'], ['y'])], {}, zeros(2_000_000).map(() => 1)],
    ['a depth of 2^60', [node('OneHot', ['k', 'k', 'x'], ['y'])], { k: int64Tensor([2 ** 60]) }, [2]],
    [
      'an equation of odd letters',
      [node('Einsum', ['x'], ['y'], { equation: string(oddLetters()) })],
      {},
      [1],
    ],
    ['a block of 2^26', [node('DepthToSpace', ['x'], ['y'], { blocksize: int(2 ** 26) })], {}, [1, 1, 1, 1]],
    ['a kernel 2^40 deep', [node('Conv', ['x', 'x'], ['y'])], {}, [1, 1, 2 ** 40, 1, 1]],
    [
      'a pool that steps back',
      [pool({ kernel_shape: ints([1, 1, 1]), strides: ints([-1, 0, 1]) })],
      {},
      [1, 1, 2, 2, 2],
    ],
    ['a resize to nothing', [node('Upsample', ['x'], ['y'], { scales: floats([0, -1]) })], {}, [4, 4]],
  ] as const)('answers %s', (_, nodes, constants, shape) => {
    const initializers = new Map<string, Tensor>(Object.entries(constants));
    const opset = nodes[0]?.opType === 'Upsample' ? 7 : 13;
    expectAnswer(encode({ nodes, initializers, inputs: [{ name: 'x', elementType: 1, shape }] }, opset));
  });

  it('answers a long chain of constant arithmetic before it has computed all of it', () => {
    const start = int64Tensor(zeros(16384));
    const nodes = Array.from({ length: 20_000 }, (_, index) => node('Neg', [`v${index}`], [`v${index + 1}`]));
    const last = node('Identity', ['v20000'], ['y']);
    expectAnswer(encode({ nodes: [...nodes, last], initializers: new Map([['v0', start]]) }));
  });

  it('refuses functions that call themselves, and those that double with each call', () => {
    const call = (name: string, from: string, to: string) => ({
      ...node(name, [from], [to]),
      domain: 'local',
    });
    const twice = (name: string, inner: string) => ({
      name,
      domain: 'local',
      inputs: ['a'],
      outputs: ['b'],
      defaults: new Map(),
      nodes: [call(inner, 'a', 't'), call(inner, 't', 'b')],
      opsets: new Map(),
    });
    const levels = Array.from({ length: 30 }, (_, level) => twice(`f${level}`, `f${level + 1}`));
    const leaf = { ...twice('f30', ''), nodes: [node('Identity', ['a'], ['b'])] };
    const graph = { nodes: [call('f0', 'x', 'y')], inputs: [{ name: 'x', elementType: 1, shape: [1] }] };
    expect(() => readOnnx(encode(graph, 13, [...levels, leaf]))).toThrow('expected at most 100000 nodes');
    expect(() => readOnnx(encode(graph, 13, [twice('f0', 'f0')]))).toThrow('nested too deep');
  });

  it('refuses subgraphs in subgraphs without end', () => {
    let graph: OnnxGraph = body([]);
    for (let depth = 0; depth < 200; depth++) {
      graph = body([node('If', ['x'], ['y'], { then_branch: { kind: 'graph', value: graph } })]);
    }
    expect(() => readOnnx(encode(graph))).toThrow(expect.objectContaining({ code: 'MODEL_UNREADABLE' }));
  });

  it.each([
    ['a loop of 2^60 rounds that does nothing', loop([node('Identity', ['going'], ['on'])], 'h')],
    [
      'a loop that doubles what it carries',
      loop([node('Identity', ['going'], ['on']), node('Concat', ['h', 'h'], ['t'], { axis: int(0) })], 't'),
    ],
    ['a loop whose body gives nothing', loop([], 'h', [])],
    ['a loop whose body takes nothing', loop([], 'x', ['x'], [])],
    ['a scan of nothing', body([node('Scan', ['x'], ['y'], { body: { kind: 'graph', value: body([]) } })])],
  ])('answers %s', (_, graph) => {
    expectAnswer(encode({ ...graph, inputs: [{ name: 'x', elementType: 1, shape: [2] }] }));
  });

  it('names the loop whose rounds depend on the data', () => {
    const data = [
      node('ReduceSum', ['h'], ['s'], { keepdims: int(0) }),
      node('Cast', ['s'], ['on'], { to: int(9) }),
    ];
    const bytes = encode({ ...loop(data, 'h'), inputs: [{ name: 'x', elementType: 1, shape: [2] }] });
    const reason =
      'control flow cannot be trained: how often it runs depends on the data, and must be a constant';
    expect(() => readOnnx(bytes)).toThrow(
      expect.objectContaining({
        code: 'GRAPH_NOT_TRAINABLE',
        message: `Loop Loop_0: ${reason}`,
        data: { node: 'Loop_0', op: 'Loop', reason },
      }),
    );
  });
});

/** A loop over x of as many rounds as an int64 can say. */
function loop(
  nodes: readonly OnnxNode[],
  carried: string,
  outputs: readonly string[] = ['on', carried],
  inputs: readonly string[] = ['i', 'going', 'h'],
): Partial<OnnxGraph> {
  const open = (name: string) => ({ name, elementType: 1, shape: undefined });
  const inner = { ...body(nodes), inputs: inputs.map(open), outputs: outputs.map(open) };
  return {
    nodes: [node('Loop', ['limit', '', 'x'], ['y'], { body: { kind: 'graph', value: inner } })],
    initializers: new Map([['limit', int64Tensor([2 ** 60], [])]]),
  };
}

/** What was read must be writable too. */
function expectAnswer(bytes: Uint8Array): void {
  const start = process.cpuUsage();
  try {
    const { graph } = readOnnx(bytes);
    writeOnnx(graph);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AppError') throw error;
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(mostCpuMs);
}

/** One to four of: a byte changed, a piece cut out, a piece doubled, a varint that does not end, the end cut off. */
function damage(model: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(model);
  const times = 1 + random.integer(0, 3);
  for (let time = 0; time < times; time++) {
    const at = random.integer(0, bytes.length - 1);
    const end = Math.min(bytes.length, at + 1 + random.integer(0, 11));
    const piece = bytes.slice(at, end);
    const kind = random.integer(0, 4);
    if (kind === 0) bytes[at] = random.integer(0, 255);
    else if (kind === 1) bytes = join(bytes.slice(0, at), bytes.slice(end));
    else if (kind === 2) bytes = join(bytes.slice(0, end), piece, bytes.slice(end));
    else if (kind === 3) bytes = join(bytes.slice(0, at), new Uint8Array(11).fill(0xff), bytes.slice(at));
    else bytes = bytes.slice(0, Math.max(1, at));
  }
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function zeros(length: number): number[] {
  return Array<number>(length).fill(0);
}

function range(limit: number): Record<string, Tensor> {
  const scalar = (value: number) => int64Tensor([value], []);
  return { a: scalar(0), b: scalar(limit), c: scalar(1), z: scalar(0) };
}

function sliceByZero(): Record<string, Tensor> {
  return { a: int64Tensor([0]), b: int64Tensor([6]), z1: int64Tensor([0]) };
}

function oddLetters(): string {
  return Array.from({ length: 30_000 }, (_, index) => String.fromCharCode(0x4e00 + (index % 20_000))).join(
    '',
  );
}

function pool(attributes: Readonly<Record<string, OnnxAttribute>>): OnnxNode {
  return node('MaxPool', ['x'], ['y'], { kernel_shape: ints([2, 2]), ...attributes });
}

function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { name: '', opType, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

function int(value: number): OnnxAttribute {
  return { kind: 'int', value };
}

function ints(value: readonly number[]): OnnxAttribute {
  return { kind: 'ints', value };
}

function floats(value: readonly number[]): OnnxAttribute {
  return { kind: 'floats', value };
}

function string(value: string): OnnxAttribute {
  return { kind: 'string', value };
}

function body(nodes: readonly OnnxNode[]): OnnxGraph {
  const initializers = new Map([['unused', floatTensor([1])]]);
  return { name: 'g', nodes, initializers, inputs: [], outputs: [{ name: 'y', elementType: 1, shape: [1] }] };
}

function encode(
  graph: Partial<OnnxGraph>,
  opset = 13,
  functions: Parameters<typeof encodeModel>[0]['functions'] = [],
): Uint8Array {
  return encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: new Map([['', opset]]),
    metadata: new Map(),
    functions,
    graph: { ...body([]), ...graph },
  });
}
