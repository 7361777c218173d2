/** ONNX's own node tests, as Debian's libonnx-testdata has them: a model, inputs and outputs each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { type Tensor, toNumbers } from '../../../../src-main/engine/graph/tensor.ts';
import { decodeModel, decodeTensor } from '../../../../src-main/engine/onnx/decode.ts';
import { listFileInputs, type ReadResult, readOnnx } from '../../../../src-main/engine/onnx/read.ts';
import { writeOnnx } from '../../../../src-main/engine/onnx/write.ts';

const root = '/usr/share/libonnx-testdata/data';

export type NodeTestOutcome =
  | { readonly kind: 'agrees' }
  /** What the reader, by design, does not take. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** onnxruntime does not run the original either, or not to the expected outputs. */
  | { readonly kind: 'not run'; readonly reason: string }
  | { readonly kind: 'differs'; readonly reason: string };

export function hasNodeTests(): boolean {
  return existsSync(root);
}

/** Folders of one kind: `node`, `simple`, `pytorch-converted`, `pytorch-operator`, `real`. */
export function listModelTests(kind: string): string[] {
  const folder = `${root}/${kind}`;
  return readdirSync(folder)
    .filter((name) => existsSync(`${folder}/${name}/model.onnx`))
    .map((name) => `${folder}/${name}`);
}

/** Reads the model, writes it, runs it on the test's inputs and compares with the test's outputs. */
export async function runModelTest(folder: string): Promise<NodeTestOutcome> {
  const bytes = readFileSync(`${folder}/model.onnx`);
  const set = `${folder}/test_data_set_0`;
  let inputs: ReadonlyMap<string, Tensor>;
  let read: ReadResult;
  try {
    inputs = nameTensors(
      set,
      'input',
      listFileInputs(decodeModel(bytes).graph).map(({ name }) => name),
    );
    read = readWithInputs(bytes, inputs);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AppError') throw error;
    return { kind: 'refused', reason: error.message };
  }
  const expected = nameTensors(
    set,
    'output',
    read.graph.outputs.map(({ name }) => name),
  );
  return compareRun(bytes, read, inputs, expected);
}

/** Inputs that must be constants (axes, shapes) become constants with the test's values. */
function readWithInputs(bytes: Uint8Array, inputs: ReadonlyMap<string, Tensor>): ReadResult {
  const inputShapes = Object.fromEntries([...inputs].map(([name, { shape }]) => [name, shape]));
  try {
    return readOnnx(bytes, { inputShapes });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('must be a constant')) throw error;
    const fixed = [...inputs].filter(([, { dtype, elements }], index) => {
      return index > 0 || elements.length <= 1 || !dtype.startsWith('float');
    });
    return readOnnx(bytes, { inputShapes, fixedInputs: new Map(fixed) });
  }
}

async function compareRun(
  original: Uint8Array,
  { graph }: ReadResult,
  inputs: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Tensor>,
): Promise<NodeTestOutcome> {
  const reason = await findDifference(writeOnnx(graph), inputs, expected);
  if (reason === undefined) return { kind: 'agrees' };
  const isRuntimeAtFault = (await findDifference(original, inputs, expected)) !== undefined;
  return { kind: isRuntimeAtFault ? 'not run' : 'differs', reason };
}

/** Why the model does not give the expected outputs, or undefined where it does. */
async function findDifference(
  model: Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Tensor>,
): Promise<string | undefined> {
  try {
    const found = await runModel(model, inputs);
    const differences = [...expected].map(([name, tensor]) => differ(tensor, found[name]));
    return differences.find((one) => one !== undefined);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runModel(
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<InferenceSession.OnnxValueMapType> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const feeds = [...inputs].filter(([name]) => session.inputNames.includes(name));
    return await session.run(Object.fromEntries(feeds.map(([name, tensor]) => [name, toOrt(tensor)])));
  } finally {
    await session.release();
  }
}

function toOrt({ dtype, shape, elements }: Tensor): OrtTensor {
  return new OrtTensor(dtype, elements as never, shape) as OrtTensor;
}

/** Within 1e-3 relative and 1e-5 absolute, as ONNX's own runner has it. */
function differ(
  expected: Tensor,
  found: InferenceSession.OnnxValueMapType[string] | undefined,
): string | undefined {
  if (!found || !('data' in found)) return 'an output is missing';
  if (found.dims.join() !== expected.shape.join())
    return `expected [${expected.shape}], found [${found.dims}]`;
  const values = Array.from(found.data as ArrayLike<number | bigint>, Number);
  const wrong = toNumbers(expected).findIndex((value, index) => !isClose(value, values[index] ?? Number.NaN));
  return wrong === -1
    ? undefined
    : `element ${wrong}: expected ${toNumbers(expected)[wrong]}, found ${values[wrong]}`;
}

function isClose(expected: number, found: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(found);
  return expected === found || Math.abs(expected - found) <= 1e-5 + 1e-3 * Math.abs(expected);
}

function nameTensors(set: string, what: string, names: readonly string[]): ReadonlyMap<string, Tensor> {
  const tensors = names.flatMap((name, index) => {
    const path = `${set}/${what}_${index}.pb`;
    return existsSync(path) ? [[name, decodeTensor(readFileSync(path))] as const] : [];
  });
  return new Map(tensors);
}
