/** How each operation is written in ONNX (ai.onnx 21, and com.microsoft where it has a faster kernel). */
import type { Node, OpKind, PoolAttributes, Value, WindowAttributes } from '../graph/ops.ts';
import { dtypes, floatTensor, fromNumbers, int64Tensor, type Tensor } from '../graph/tensor.ts';
import type { OnnxAttribute } from './model.ts';

export const onnxOpset = 21;

export interface OnnxForm {
  readonly opType: string;
  readonly domain?: 'com.microsoft';
  /** Tensors become initializers. */
  readonly inputs: readonly (Value | Tensor | string | undefined)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Nodes that come first, for an operation that ONNX has none for. */
  readonly before?: readonly OnnxPart[];
}

/** A node whose outputs only the form itself reads, by name. */
export interface OnnxPart {
  readonly opType: string;
  readonly inputs: readonly (Value | Tensor | string)[];
  readonly output: string;
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
  InstanceNormalization: (node) => ({
    ...plain(node),
    attributes: { epsilon: float(node.attributes.epsilon) },
  }),
  LayerNormalization: (node) => ({
    ...plain(node),
    attributes: { axis: int(node.attributes.axis), epsilon: float(node.attributes.epsilon) },
  }),
  LRN: (node) => ({
    ...plain(node),
    attributes: {
      size: int(node.attributes.size),
      alpha: float(node.attributes.alpha),
      beta: float(node.attributes.beta),
      bias: float(node.attributes.bias),
    },
  }),
  Relu: plain,
  PRelu: plain,
  Elu: (node) => ({ ...plain(node), attributes: { alpha: float(node.attributes.alpha) } }),
  Selu: (node) => ({
    ...plain(node),
    attributes: { alpha: float(node.attributes.alpha), gamma: float(node.attributes.gamma) },
  }),
  Softsign: plain,
  Mish: plain,
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
    attributes: { approximate: text(node.attributes.approximate) },
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
  Sin: plain,
  Cos: plain,
  Tan: plain,
  Asin: plain,
  Acos: plain,
  Atan: plain,
  Sinh: plain,
  Cosh: plain,
  Asinh: plain,
  Acosh: plain,
  Atanh: plain,
  Floor: plain,
  Ceil: plain,
  Round: plain,
  Not: plain,
  IsNaN: plain,
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
  GreaterOrEqual: plain,
  LessOrEqual: plain,
  And: plain,
  Or: plain,
  Xor: plain,
  Mod: (node) => ({ ...plain(node), attributes: { fmod: int(Number(node.attributes.fmod)) } }),
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
  GlobalMaxPool: plain,
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceL2: reduction,
  ReduceLogSumExp: reduction,
  Reshape: (node) => ({
    opType: 'Reshape',
    inputs: [...node.inputs, int64Tensor(node.attributes.shape)],
    ...(node.attributes.shape.includes(0) && { attributes: { allowzero: int(1) } }),
  }),
  Flatten: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  Expand: (node) => ({ opType: 'Expand', inputs: [...node.inputs, int64Tensor(node.attributes.shape)] }),
  Transpose: (node) => ({ ...plain(node), attributes: { perm: ints(node.attributes.permutation) } }),
  Concat: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  Split: (node) => ({
    opType: 'Split',
    inputs: [...node.inputs, int64Tensor(node.attributes.sizes)],
    attributes: { axis: int(node.attributes.axis) },
  }),
  Tile: (node) => ({ opType: 'Tile', inputs: [...node.inputs, int64Tensor(node.attributes.repeats)] }),
  Slice: sliceForm,
  Pad: (node) => ({
    opType: 'Pad',
    inputs: [
      ...node.inputs,
      int64Tensor(node.attributes.pads),
      fromNumbers(node.inputs[0].dtype, [], [node.attributes.value]),
    ],
    attributes: { mode: text(node.attributes.mode) },
  }),
  Cast: (node) => ({ ...plain(node), attributes: { to: int(dtypes[node.attributes.to].onnx) } }),
  Identity: plain,
  StopGradient: (node) => ({ ...plain(node), opType: 'Identity' }),
  Dropout: (node) => ({ opType: 'Dropout', inputs: [...node.inputs, floatTensor(node.attributes.ratio)] }),
  Gather: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  GatherElements: (node) => ({ ...plain(node), attributes: { axis: int(node.attributes.axis) } }),
  GatherND: (node) => ({ ...plain(node), attributes: { batch_dims: int(node.attributes.batchDims) } }),
  ScatterElements: (node) => ({
    ...plain(node),
    attributes: { axis: int(node.attributes.axis), reduction: text(node.attributes.reduction) },
  }),
  ScatterND: (node) => ({ ...plain(node), attributes: { reduction: text(node.attributes.reduction) } }),
  DepthToSpace: (node) => ({
    ...plain(node),
    attributes: { blocksize: int(node.attributes.blockSize), mode: text(node.attributes.mode) },
  }),
  SpaceToDepth: (node) => ({ ...plain(node), attributes: { blocksize: int(node.attributes.blockSize) } }),
  Resize: resizeForm,
  Einsum: (node) => ({ ...plain(node), attributes: { equation: text(node.attributes.equation) } }),
  Trilu: (node) => ({
    opType: 'Trilu',
    inputs: [...node.inputs, int64Tensor([node.attributes.k], [])],
    attributes: { upper: int(Number(node.attributes.upper)) },
  }),
  CumSum: (node) => ({
    opType: 'CumSum',
    inputs: [...node.inputs, int64Tensor([node.attributes.axis], [])],
    attributes: {
      exclusive: int(Number(node.attributes.exclusive)),
      reverse: int(Number(node.attributes.reverse)),
    },
  }),
  ArgMax: indexOfExtreme,
  ArgMin: indexOfExtreme,
  TopK: (node) => ({
    opType: 'TopK',
    inputs: [...node.inputs, int64Tensor([node.attributes.k])],
    attributes: {
      axis: int(node.attributes.axis),
      largest: int(Number(node.attributes.largest)),
      sorted: int(1),
    },
  }),
  OneHot: (node) => ({
    opType: 'OneHot',
    inputs: [node.inputs[0], depthTensor(node), node.inputs[1]],
    attributes: { axis: int(node.attributes.axis) },
  }),
  NonMaxSuppression: suppression,
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

type Reduction =
  | 'ReduceSum'
  | 'ReduceMean'
  | 'ReduceMax'
  | 'ReduceMin'
  | 'ReduceProd'
  | 'ReduceL2'
  | 'ReduceLogSumExp';

function reduction(node: Node<Reduction>): OnnxForm {
  return {
    opType: node.op,
    inputs: [...node.inputs, int64Tensor(node.attributes.axes)],
    attributes: { keepdims: int(Number(node.attributes.keepDims)) },
  };
}

function indexOfExtreme(node: Node<'ArgMax' | 'ArgMin'>): OnnxForm {
  const { axis, keepDims, selectLast } = node.attributes;
  return {
    ...plain(node),
    attributes: {
      axis: int(axis),
      keepdims: int(Number(keepDims)),
      select_last_index: int(Number(selectLast)),
    },
  };
}

/** onnxruntime has no kernel for int32 values with an int64 depth. */
function depthTensor({ inputs: [, values], attributes: { depth } }: Node<'OneHot'>): Tensor {
  return values.dtype === 'int32' ? floatTensor(depth) : int64Tensor([depth], []);
}

/** ONNX lists `[image, class, box]` of what it keeps; these scores are put back where they stood. */
function suppression(node: Node<'NonMaxSuppression'>): OnnxForm {
  const [boxes, scores, iouThreshold, scoreThreshold] = node.inputs;
  const limit = int64Tensor([node.attributes.maxPerClass], []);
  const [kept, keptScores, empty] = ['kept', 'scores', 'empty'].map((part) => `${node.name}.${part}`) as [
    string,
    string,
    string,
  ];
  return {
    opType: 'ScatterND',
    inputs: [empty, kept, keptScores],
    before: [
      {
        opType: 'NonMaxSuppression',
        inputs: [boxes, scores, limit, iouThreshold, scoreThreshold],
        output: kept,
      },
      { opType: 'GatherND', inputs: [scores, kept], output: keptScores },
      { opType: 'Mul', inputs: [scores, floatTensor(0)], output: empty },
    ],
  };
}

/** By sizes of the axes that change where these imply the scales, so that a symbolic batch stays whole; else by scales. */
function resizeForm(node: Node<'Resize'>): OnnxForm {
  const [x] = node.inputs;
  const { sizes, scales, mode, coordinates, nearest, cubicCoefficient, excludeOutside } = node.attributes;
  const changed = x.shape.flatMap((size, axis) => (size === sizes[axis] && scales[axis] === 1 ? [] : [axis]));
  const areSizesEnough = x.shape.every((size, axis) => scales[axis] === (sizes[axis] ?? 0) / size);
  const axes = changed.length > 0 ? changed : [x.shape.length - 1];
  const attributes = {
    mode: text(mode),
    coordinate_transformation_mode: text(coordinates),
    nearest_mode: text(nearest),
    cubic_coeff_a: float(cubicCoefficient),
    exclude_outside: int(Number(excludeOutside)),
  };
  if (!areSizesEnough) return { opType: 'Resize', inputs: [x, undefined, floatTensor(scales)], attributes };
  return {
    opType: 'Resize',
    inputs: [x, undefined, undefined, int64Tensor(axes.map((axis) => sizes[axis] ?? 1))],
    attributes: { ...attributes, axes: ints(axes) },
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

function text(value: string): OnnxAttribute {
  return { kind: 'string', value };
}
