/** What exporters really write, beyond single operations. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { assertTrainable } from '../../../../src-main/engine/autodiff/trainable.ts';
import { printGraph } from '../../../../src-main/engine/graph/printer.ts';
import {
  countElements,
  floatTensor,
  fromNumbers,
  int64Tensor,
  type Tensor,
} from '../../../../src-main/engine/graph/tensor.ts';
import { encodeModel } from '../../../../src-main/engine/onnx/encode.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../../../src-main/engine/onnx/model.ts';
import { readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';
import { widenFloats } from '../../../../src-main/engine/passes/widen-floats.ts';

/** `shared/` lies beside the checkout where there is one. */
const sharedModels = new URL('../../../../../shared/data/models/', import.meta.url).pathname;

describe.skipIf(!existsSync(sharedModels))('models in use', () => {
  const names = existsSync(sharedModels) ? readdirSync(sharedModels) : [];
  it.each(names.length > 0 ? names.filter((name) => name.endsWith('.onnx')) : ['none at hand'])(
    '%s is read, can be trained, and computes the same when written',
    async (name) => {
      const bytes = readFileSync(sharedModels + name);
      const { graph } = readOnnx(bytes);
      expect(() => assertTrainable(graph)).not.toThrow();
      const [input] = graph.inputs;
      if (!input) throw new Error('no input');
      const pixels = Float32Array.from(
        { length: countElements(input.shape) },
        (_, i) => 100 * Math.sin(i * 0.37),
      );
      const feeds = { [input.name]: new OrtTensor('float32', pixels, input.shape) };
      expect(await run(writeOnnx(graph), feeds)).toEqual(await run(bytes, feeds));
    },
  );
});

describe('readOnnx', () => {
  it('fills open axes from sizes by name, or from whole shapes', () => {
    const bytes = encode({
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Slice', ['s', 'zero', 'two'], ['nc']),
        node('Slice', ['s', 'two', 'four'], ['hw']),
        node('Mul', ['hw', 'two'], ['larger']),
        node('Concat', ['nc', 'larger'], ['sizes'], axis(0)),
        node('Resize', ['x', '', '', 'sizes'], ['y']),
      ],
      initializers: constants({ zero: int64Tensor([0]), two: int64Tensor([2]), four: int64Tensor([4]) }),
      inputs: [value('x', ['n', 3, 'h', 'w'])],
    });
    const bySizes = readOnnx(bytes, { sizes: { n: 2, h: 6, w: 8 } }).graph;
    expect(bySizes.inputs[0]?.shape).toEqual([2, 3, 6, 8]);
    const byShape = readOnnx(bytes, { inputShapes: { x: [2, 3, 6, 8] } }).graph;
    expect(printGraph(byShape)).toBe(printGraph(bySizes));
    expect(() => readOnnx(bytes, { sizes: { h: 6 } })).toThrow(
      'input x: axis 3 (w) is open and needs a size',
    );
    expect(() => readOnnx(bytes, { inputShapes: { x: [2, 4, 6, 8] } })).toThrow('cannot be [2,4,6,8]');
    expect(() => readOnnx(bytes, { inputShapes: { x: [2, 3, 6] } })).toThrow('cannot be [2,3,6]');
  });

  it('keeps its own names apart from numbers that a file gives as names', () => {
    const bytes = encode({
      nodes: [
        node('Sum', ['x', 'x', 'x'], ['1']),
        node('Mean', ['1', 'x'], ['0']),
        node('Relu', ['0'], ['y']),
      ],
      inputs: [value('x', [2])],
    });
    expect(readOnnx(bytes).graph.nodes.map(({ op }) => op)).toEqual(['Add', 'Add', 'Add', 'Mul', 'Relu']);
  });

  it('keeps the weights of a file, also those that stand in Constant nodes, when it folds', () => {
    const bytes = encode({
      nodes: [
        node('Constant', [], ['w'], { value: { kind: 'tensor', value: floatTensor([1, 2]) } }),
        node('Mul', ['w', 'scale'], ['scaled']),
        node('Add', ['x', 'scaled'], ['y']),
      ],
      initializers: constants({ scale: floatTensor(3) }),
      inputs: [value('x', [2])],
    });
    const { graph } = readOnnx(bytes);
    expect([...graph.initializers.keys()].map(({ name }) => name).toSorted()).toEqual(['scale', 'w']);
  });

  it('reads scalars, empty tensors and the end of an axis as a 64-bit number', () => {
    const bytes = encode({
      nodes: [node('Slice', ['x', 'from', 'to'], ['part']), node('Concat', ['part', 'none'], ['y'], axis(0))],
      initializers: constants({
        from: int64Tensor([1]),
        to: { dtype: 'int64', shape: [1], elements: BigInt64Array.of(2n ** 63n - 1n) },
        none: floatTensor([], [0]),
      }),
      inputs: [value('x', [4])],
    });
    expect(readOnnx(bytes).graph.outputs[0]?.shape).toEqual([3]);
  });

  it('reads branches whose nodes and values bear the same names', () => {
    const branch: OnnxGraph = {
      name: 'b',
      nodes: [node('Exp', ['x'], ['inner'])],
      initializers: new Map(),
      inputs: [],
      outputs: [value('inner', [1])],
    };
    const choose = (output: string): OnnxNode => ({
      ...node('If', ['yes'], [output], { then_branch: { kind: 'graph', value: branch } }),
      name: 'choice',
    });
    const bytes = encode({
      nodes: [choose('a'), choose('b'), node('Add', ['a', 'b'], ['y'])],
      initializers: constants({ yes: { dtype: 'bool', shape: [], elements: Uint8Array.of(1) } }),
      inputs: [value('x', [1])],
    });
    expect(readOnnx(bytes).graph.nodes.map(({ op }) => op)).toEqual(['Exp', 'Exp', 'Add']);
  });

  it('reads nodes that stand behind what reads them, also from inside a branch, as onnxruntime does', () => {
    const branch: OnnxGraph = {
      name: 'b',
      nodes: [node('Exp', ['late'], ['inner'])],
      initializers: new Map(),
      inputs: [],
      outputs: [value('inner', [1])],
    };
    const bytes = encode({
      nodes: [
        node('If', ['yes'], ['y'], { then_branch: { kind: 'graph', value: branch } }),
        node('Neg', ['casted'], ['late']),
        node('Relu', ['x'], ['casted']),
      ],
      initializers: constants({ yes: { dtype: 'bool', shape: [], elements: Uint8Array.of(1) } }),
      inputs: [value('x', [1])],
    });
    expect(readOnnx(bytes).graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Neg', 'Exp', 'Identity']);
  });

  it('names what is read before it is made where nodes read each other in a circle', () => {
    const nodes = [node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Relu', ['b'], ['y'])];
    expect(() => readOnnx(encode({ nodes, inputs: [value('x', [1])] }))).toThrow(
      'b is read before it is made',
    );
  });

  it('gives an output of its own to a name that is an input or a constant', () => {
    const bytes = encode({
      nodes: [node('Dropout', ['x'], ['y', 'mask'])],
      inputs: [value('x', [2])],
      outputs: [value('y', [2]), value('x', [2]), value('y', [2])],
    });
    expect(() => readOnnx(bytes)).not.toThrow();
  });

  it('makes a graph of half precision one of float32 that computes the same to its digits', async () => {
    const half = (values: readonly number[], shape: readonly number[]) =>
      fromNumbers('float16', shape, values);
    const bytes = encode({
      nodes: [
        node('Cast', ['x'], ['h'], { to: { kind: 'int', value: 10 } }),
        node('Gemm', ['h', 'w', 'b'], ['g']),
        node('Cast', ['g'], ['y'], { to: { kind: 'int', value: 1 } }),
      ],
      initializers: constants({ w: half([0.5, -1.25, 2, 0.375], [2, 2]), b: half([0.1, 1000], [2]) }),
      inputs: [value('x', [1, 2])],
      outputs: [value('y', [1, 2])],
    });
    const { graph } = readOnnx(bytes);
    expect(() => assertTrainable(graph)).toThrow('found weights of float16');
    const widened = widenFloats(graph);
    expect(() => assertTrainable(widened)).not.toThrow();
    const found = await run(writeOnnx(widened), { x: new OrtTensor('float32', [3, 4], [1, 2]) });
    const tenth = 0.0999755859375;
    expect(found).toEqual([
      [3 * 0.5 + 4 * 2 + Math.fround(tenth), 3 * -1.25 + 4 * 0.375 + 1000].map(Math.fround),
    ]);
  });

  it.each([
    ['QLinearConv', '', 'QLinearConv q: the graph is int8-quantized'],
    ['DequantizeLinear', '', 'DequantizeLinear q: the graph is int8-quantized'],
    ['Fancy', 'acme.ops', 'Fancy q: the operator domain acme.ops is unknown'],
    ['FusedConv', 'com.microsoft', "FusedConv q: onnxruntime's optimizer has put it together"],
    ['Conv', 'com.microsoft.nchwc', "Conv q: onnxruntime's optimizer has put it together"],
    ['If', '', 'If q: control flow cannot be trained: its condition is known only while it runs'],
    ['NonMaxSuppression', '', 'NonMaxSuppression q: how many results it gives depends on the data'],
    ['SequenceAt', '', 'SequenceAt q: sequences and optional values are not supported'],
    ['StringNormalizer', '', 'StringNormalizer q: text is not supported'],
  ])('refuses %s with node, operation and reason', (opType, domain, message) => {
    const refused = { ...node(opType, ['x'], ['y']), name: 'q', domain };
    const read = () => readOnnx(encode({ nodes: [refused], inputs: [value('x', [1])] }));
    expect(read).toThrow(message);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'GRAPH_NOT_TRAINABLE',
        data: expect.objectContaining({ node: 'q', op: opType }),
      }),
    );
  });
});

async function run(bytes: Uint8Array, feeds: InferenceSession.OnnxValueMapType): Promise<number[][]> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = await session.run(feeds);
  const values = session.outputNames.map((name) =>
    Array.from((outputs[name] as OrtTensor).data as Float32Array),
  );
  await session.release();
  return values;
}

function constants(tensors: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Tensor> {
  return new Map(Object.entries(tensors));
}

function axis(index: number): Record<string, OnnxAttribute> {
  return { axis: { kind: 'int', value: index } };
}

function value(name: string, shape: readonly (number | string)[]) {
  return { name, elementType: 1, shape };
}

function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { name: '', opType, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

function encode(graph: Partial<OnnxGraph>, opset = 13): Uint8Array {
  return encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: new Map([
      ['', opset],
      ['com.unused', 3],
    ]),
    metadata: new Map(),
    graph: {
      name: 'test',
      nodes: [],
      initializers: new Map(),
      inputs: [],
      outputs: [value('y', [1])],
      ...graph,
    },
  });
}
