/** How each operation is written in ONNX (ai.onnx 21, and com.microsoft where it has a faster kernel). */
import type { Node, OpKind, PoolAttributes, Value, WindowAttributes } from '../graph/ops.ts';
import { dtypes, floatTensor, fromNumbers, int64Tensor, type Tensor } from '../graph/tensor.ts';
import type { OnnxAttribute } from './model.ts';

export const onnxOpset = 21;

export interface OnnxForm {
  readonly opType: string;
  readonly domain?: 'com.microsoft';
  /** Tensors become initializers. */
  readonly inputs: readonly (Value | Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

type WriteRule<K extends OpKind> = (node: Node<K>) => OnnxForm;

/** @param batch the size that stands for the batch, if it is to stay symbolic: reshapes then copy it */
export function toOnnx(node: Node, batch: number | undefined): OnnxForm {
  const form = applyRule(node.op, node);
  return batch === undefined ? form : keepBatchSymbolic(node, form, batch);
}

function applyRule<K extends OpKind>(op: K, node: Node<K>): OnnxForm {
  const rule: WriteRule<K> = writeRules[op];
  return rule(node);
}

const writeRules: { readonly [K in OpKind]: WriteRule<K> } = {
  Conv: (node) => ({
    opType: 'Conv',
    inputs: node.inputs,
    attributes: { ...windowAttributes(node.attributes), group: int(node.attributes.group) },
  }),
  ConvTranspose: (node) => ({
    opType: 'ConvTranspose',
    inputs: node.inputs,
    attributes: {
      ...windowAttributes(node.attributes),
      group: int(node.attributes.group),
      output_padding: ints(node.attributes.outputPadding),
    },
  }),
  BatchNormalization: (node) => ({
    opType: 'BatchNormalization',
    inputs: node.inputs,
    attributes: { epsilon: float(node.attributes.epsilon) },
  }),
  BatchNormalizationTraining: batchNormalizationTraining,
  Relu: plain,
  LeakyRelu: (node) => ({ ...plain(node), attributes: { alpha: float(node.attributes.alpha) } }),
  Sigmoid: plain,
  QuickGelu: (node) => ({
    ...plain(node),
    domain: 'com.microsoft',
    attributes: { alpha: float(node.attributes.alpha) },
  }),
  HardSigmoid: (node) => ({
    ...plain(node),
    attributes: { alpha: float(node.attributes.alpha), beta: float(node.attributes.beta) },
  }),
  HardSwish: plain,
  Tanh: plain,
  Gelu: (node) => ({
    ...plain(node),
    attributes: { approximate: { kind: 'string', value: node.attributes.approximate } },
  }),
  Erf: plain,
  Softplus: plain,
  Clip: (node) => ({
    opType: 'Clip',
    inputs: [
      ...node.inputs,
      boundTensor(node.inputs[0], node.attributes.min),
      boundTensor(node.inputs[0], node.attributes.max),
    ],
  }),
  Exp: plain,
  Log: plain,
  Sqrt: plain,
  Reciprocal: plain,
  Abs: plain,
  Neg: plain,
  Sign: plain,
  Add: plain,
  Sub: plain,
  Mul: plain,
  Div: plain,
  Pow: plain,
  Min: plain,
  Max: plain,
  Greater: plain,
  Less: plain,
  Equal: plain,
  Where: plain,
  MatMul: plain,
  Gemm: (node) => ({
    opType: 'Gemm',
    inputs: node.inputs,
    attributes: {
      alpha: float(node.attributes.alpha),
      beta: float(node.attributes.beta),
      transA: int(Number(node.attributes.transA)),
      transB: int(Number(node.attributes.transB)),
    },
  }),
  Softmax: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  LogSoftmax: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  MaxPool: (node) => ({ ...plain(node), attributes: poolAttributes(node.attributes) }),
  AveragePool: (node) => ({
    ...plain(node),
    attributes: {
      ...poolAttributes(node.attributes),
      count_include_pad: int(Number(node.attributes.countIncludesPads)),
    },
  }),
  GlobalAveragePool: plain,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  Reshape: (node) => ({ opType: 'Reshape', inputs: [...node.inputs, int64Tensor(node.attributes.shape)] }),
  Flatten: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  Expand: (node) => ({ opType: 'Expand', inputs: [...node.inputs, int64Tensor(node.attributes.shape)] }),
  Transpose: (node) => ({ ...plain(node), attributes: { perm: ints(node.attributes.permutation) } }),
  Concat: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  Slice: sliceForm,
  Pad: (node) => ({
    opType: 'Pad',
    inputs: [
      ...node.inputs,
      int64Tensor(node.attributes.pads),
      fromNumbers(node.inputs[0].dtype, [], [node.attributes.value]),
    ],
    attributes: { mode: { kind: 'string', value: node.attributes.mode } },
  }),
  Cast: (node) => ({ ...plain(node), attributes: { to: int(dtypes[node.attributes.to].onnx) } }),
  Identity: plain,
  ArgMax: (node) => ({
    ...plain(node),
    attributes: { axis: int(node.attributes.axis), keepdims: int(Number(node.attributes.keepDims)) },
  }),
};

function plain(node: Node): OnnxForm {
  return { opType: node.op, inputs: node.inputs };
}

/** With momentum 0 the "running" outputs are the batch's own statistics. */
function batchNormalizationTraining(node: Node<'BatchNormalizationTraining'>): OnnxForm {
  return {
    opType: 'BatchNormalization',
    inputs: node.inputs,
    attributes: { epsilon: float(node.attributes.epsilon), momentum: float(0), training_mode: int(1) },
  };
}

function reduction(node: Node<'ReduceSum' | 'ReduceMean' | 'ReduceMax'>): OnnxForm {
  return {
    opType: node.op,
    inputs: [...node.inputs, int64Tensor(node.attributes.axes)],
    attributes: { keepdims: int(Number(node.attributes.keepDims)) },
  };
}

/** Only the axes that are cut are written, so that a symbolic batch stays whole. */
function sliceForm(node: Node<'Slice'>): OnnxForm {
  const [x] = node.inputs;
  const { starts, ends, steps } = node.attributes;
  const isCut = (size: number, axis: number) =>
    starts[axis] !== 0 || ends[axis] !== size || steps[axis] !== 1;
  const cut = x.shape.flatMap((size, axis) => (isCut(size, axis) ? [axis] : []));
  const axes = cut.length > 0 ? cut : [x.shape.length - 1];
  const pick = (from: readonly number[]) => int64Tensor(axes.map((axis) => from[axis] ?? 0));
  const pastFirst = ends.map((end) => (end === -1 ? -(2 ** 31) : end));
  return { opType: 'Slice', inputs: [x, pick(starts), pick(pastFirst), int64Tensor(axes), pick(steps)] };
}

/** In a reshape, 0 copies the input's size on the same axis. */
function keepBatchSymbolic(node: Node, form: OnnxForm, batch: number): OnnxForm {
  if (node.op !== 'Reshape' && node.op !== 'Expand') return form;
  const [x] = node.inputs;
  const { shape } = node.attributes;
  if (shape[0] !== batch || x.shape[0] !== batch) return form;
  return { ...form, inputs: [x, int64Tensor(shape.with(0, node.op === 'Reshape' ? 0 : 1))] };
}

function boundTensor(x: Value, bound: number): Tensor | undefined {
  if (!Number.isFinite(bound)) return undefined;
  return x.dtype === 'float32' ? floatTensor(bound) : fromNumbers(x.dtype, [], [bound]);
}

function windowAttributes(window: WindowAttributes): Record<string, OnnxAttribute> {
  return { strides: ints(window.strides), pads: ints(window.pads), dilations: ints(window.dilations) };
}

function poolAttributes(pool: PoolAttributes): Record<string, OnnxAttribute> {
  return { ...windowAttributes(pool), kernel_shape: ints(pool.kernel) };
}

function int(value: number): OnnxAttribute {
  return { kind: 'int', value };
}

function float(value: number): OnnxAttribute {
  return { kind: 'float', value };
}

function ints(value: readonly number[]): OnnxAttribute {
  return { kind: 'ints', value };
}
