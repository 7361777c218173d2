/**
 * The derivative of every operation: given the gradient dy of its output, the gradient of each input.
 *
 * A rule returns one entry per input: a function that adds the nodes when that gradient is wanted, or `null`
 * where there is none to have (an index, a condition). Formulas use the outputs where that saves a pass.
 */
import { AppError } from '../../base/app-error.ts';
import { channelShape, type Expressions, nonChannelAxes, swapLast } from '../graph/expressions.ts';
import type { Node, OpKind, OpTable, Value } from '../graph/ops.ts';
import { countElements, sizeOf } from '../graph/tensor.ts';
import {
  convInputGradient,
  convTransposeInputGradient,
  convTransposeWeightGradient,
  convWeightGradient,
} from './convolution.ts';
import type { ConvolutionForms } from './convolution-forms.ts';
import { einsumGradient } from './einsum.ts';
import { gatherElementsGradient, gatherGradient, gatherNDGradient, topKGradient } from './indexing.ts';
import {
  instanceNormalizationGradients,
  layerNormalizationGradients,
  localResponseGradient,
} from './normalization.ts';
import { averagePoolGradient, maxPoolGradient } from './pooling.ts';
import { resizeGradient } from './resampling.ts';
import { scatterElementsGradients, scatterNDGradients } from './scattering.ts';
import { padGradient, sliceGradient } from './slicing.ts';

export interface GradientRequest<K extends OpKind> {
  readonly e: Expressions;
  readonly inputs: OpTable[K]['inputs'];
  readonly attributes: OpTable[K]['attributes'];
  readonly outputs: OpTable[K]['outputs'];
  /** Gradient of the first output, in its shape. */
  readonly dy: Value;
  /** The gradient of any output, zeros where it has none. */
  readonly dyOf: (output: number) => Value;
  readonly forms: ConvolutionForms;
}

export type InputGradients = readonly ((() => Value) | null)[];

export type GradientRule<K extends OpKind> =
  | ((request: GradientRequest<K>) => InputGradients)
  /** The derivative is zero or undefined everywhere: gradients end here and the reason says why. */
  | { readonly notDifferentiable: string };

export const gradientRules = {
  Conv: ({ e, inputs: [x, w, bias], attributes, dy, forms }) => [
    () => convInputGradient(e, { x, w, attributes, dy }, forms),
    () => convWeightGradient(e, { x, w, attributes, dy }, forms),
    bias ? () => e.sum(dy, [0, 2, 3], false) : null,
  ],
  ConvTranspose: ({ e, inputs: [x, w, bias], attributes, dy, forms }) => [
    () => convTransposeInputGradient(e, w, attributes, dy),
    () => convTransposeWeightGradient(e, { x, w, attributes, dy }, forms),
    bias ? () => e.sum(dy, [0, 2, 3], false) : null,
  ],
  BatchNormalization: frozenNormalization,
  BatchNormalizationTraining: trainingNormalization,
  InstanceNormalization: ({ e, inputs, attributes, dy }) =>
    instanceNormalizationGradients(e, inputs, attributes, dy),
  LayerNormalization: ({ e, inputs, attributes, dy }) =>
    layerNormalizationGradients(e, inputs, attributes, dy),
  LRN: ({ e, inputs: [x], attributes, outputs: [y], dy }) => [
    () => localResponseGradient(e, x, y, attributes, dy),
  ],
  PRelu: ({ e, inputs: [x, slope], dy }) => {
    const isPositive = e.unary('Sign', e.unary('Relu', x));
    return [
      () => e.mul(dy, e.add(isPositive, e.mul(e.sub(1, isPositive), slope))),
      () => e.sumTo(e.mul(dy, e.sub(x, e.unary('Relu', x))), slope.shape),
    ];
  },
  Elu: ({ e, inputs: [x], attributes: { alpha }, outputs: [y], dy }) => [
    () => e.mul(dy, exponentialSlope(e, x, y, 1, alpha)),
  ],
  Selu: ({ e, inputs: [x], attributes: { alpha, gamma }, outputs: [y], dy }) => [
    () => e.mul(dy, exponentialSlope(e, x, y, gamma, alpha * gamma)),
  ],
  Softsign: ({ e, inputs: [x], dy }) => [
    () => {
      const reach = e.add(e.unary('Abs', x), 1);
      return e.div(dy, e.mul(reach, reach));
    },
  ],
  // with t = tanh(softplus(x)): t + x sigmoid(x) (1 - t²)
  Mish: ({ e, inputs: [x], dy }) => [
    () => {
      const t = e.unary('Tanh', e.unary('Softplus', x));
      const steep = e.mul(e.mul(x, e.unary('Sigmoid', x)), e.sub(1, e.mul(t, t)));
      return e.mul(dy, e.add(t, steep));
    },
  ],
  Relu: ({ e, outputs: [y], dy }) => [() => e.mul(dy, e.unary('Sign', y))],
  LeakyRelu: ({ e, inputs: [x], attributes: { alpha }, dy }) => [
    () => e.mul(dy, e.add(e.mul(e.unary('Sign', e.unary('Relu', x)), 1 - alpha), alpha)),
  ],
  Sigmoid: ({ e, outputs: [y], dy }) => [() => e.mul(dy, e.mul(y, e.sub(1, y)))],
  // y = x s with s = sigmoid(alpha x), so y' = s + alpha y (1 - s)
  QuickGelu: ({ e, inputs: [x], attributes: { alpha }, outputs: [y], dy }) => [
    () => {
      const gate = e.unary('Sigmoid', alpha === 1 ? x : e.mul(x, alpha));
      const scaled = alpha === 1 ? y : e.mul(y, alpha);
      return e.mul(dy, e.add(scaled, e.mul(gate, e.sub(1, scaled))));
    },
  ],
  HardSigmoid: ({ e, attributes: { alpha }, outputs: [y], dy }) => [
    () => e.mul(e.mul(dy, alpha), e.unary('Sign', e.mul(y, e.sub(1, y)))),
  ],
  HardSwish: ({ e, inputs: [x], dy }) => [() => e.mul(dy, hardSwishSlope(e, x))],
  Tanh: ({ e, outputs: [y], dy }) => [() => e.mul(dy, e.sub(1, e.mul(y, y)))],
  Gelu: ({ e, inputs: [x], attributes: { approximate }, dy }) => [
    () => e.mul(dy, approximate === 'none' ? geluSlope(e, x) : geluTanhSlope(e, x)),
  ],
  Erf: ({ e, inputs: [x], dy }) => [
    () => e.mul(e.mul(dy, 2 / Math.sqrt(Math.PI)), e.unary('Exp', e.unary('Neg', e.mul(x, x)))),
  ],
  Softplus: ({ e, inputs: [x], dy }) => [() => e.mul(dy, e.unary('Sigmoid', x))],
  // the mask is 1 where nothing was clipped, bounds included
  Clip: ({ e, inputs: [x], outputs: [y], dy }) => [() => e.mul(dy, e.isEqual(x, y))],
  Exp: ({ e, outputs: [y], dy }) => [() => e.mul(dy, y)],
  Log: ({ e, inputs: [x], dy }) => [() => e.div(dy, x)],
  Sqrt: ({ e, outputs: [y], dy }) => [() => e.div(e.mul(dy, 0.5), y)],
  Reciprocal: ({ e, outputs: [y], dy }) => [() => e.unary('Neg', e.mul(dy, e.mul(y, y)))],
  Abs: ({ e, inputs: [x], dy }) => [() => e.mul(dy, e.unary('Sign', x))],
  Neg: ({ e, dy }) => [() => e.unary('Neg', dy)],
  Sign: { notDifferentiable: 'it is piecewise constant' },
  Sin: ({ e, inputs: [x], dy }) => [() => e.mul(dy, e.unary('Cos', x))],
  Cos: ({ e, inputs: [x], dy }) => [() => e.unary('Neg', e.mul(dy, e.unary('Sin', x)))],
  Tan: ({ e, outputs: [y], dy }) => [() => e.mul(dy, e.add(e.mul(y, y), 1))],
  Asin: ({ e, inputs: [x], dy }) => [() => e.div(dy, e.unary('Sqrt', e.sub(1, e.mul(x, x))))],
  Acos: ({ e, inputs: [x], dy }) => [() => e.unary('Neg', e.div(dy, e.unary('Sqrt', e.sub(1, e.mul(x, x)))))],
  Atan: ({ e, inputs: [x], dy }) => [() => e.div(dy, e.add(e.mul(x, x), 1))],
  Sinh: ({ e, inputs: [x], dy }) => [() => e.mul(dy, e.unary('Cosh', x))],
  Cosh: ({ e, inputs: [x], dy }) => [() => e.mul(dy, e.unary('Sinh', x))],
  Asinh: ({ e, inputs: [x], dy }) => [() => e.div(dy, e.unary('Sqrt', e.add(e.mul(x, x), 1)))],
  Acosh: ({ e, inputs: [x], dy }) => [() => e.div(dy, e.unary('Sqrt', e.sub(e.mul(x, x), 1)))],
  Atanh: ({ e, inputs: [x], dy }) => [() => e.div(dy, e.sub(1, e.mul(x, x)))],
  Floor: { notDifferentiable: 'it is piecewise constant' },
  Ceil: { notDifferentiable: 'it is piecewise constant' },
  Round: { notDifferentiable: 'it is piecewise constant' },
  Not: { notDifferentiable: 'its result is true or false' },
  IsNaN: { notDifferentiable: 'its result is true or false' },
  Add: ({ e, inputs: [a, b], dy }) => [() => e.sumTo(dy, a.shape), () => e.sumTo(dy, b.shape)],
  Sub: ({ e, inputs: [a, b], dy }) => [
    () => e.sumTo(dy, a.shape),
    () => e.unary('Neg', e.sumTo(dy, b.shape)),
  ],
  Mul: ({ e, inputs: [a, b], dy }) => [
    () => e.sumTo(e.mul(dy, b), a.shape),
    () => e.sumTo(e.mul(dy, a), b.shape),
  ],
  Div: ({ e, inputs: [a, b], outputs: [y], dy }) => [
    () => e.sumTo(e.div(dy, b), a.shape),
    () => e.unary('Neg', e.sumTo(e.div(e.mul(dy, y), b), b.shape)),
  ],
  Pow: ({ e, inputs: [a, b], outputs: [y], dy }) => [
    () => e.sumTo(e.mul(dy, e.mul(b, e.pow(a, e.sub(b, 1)))), a.shape),
    () => e.sumTo(e.mul(dy, e.mul(y, e.unary('Log', a))), b.shape),
  ],
  Min: (request) => extremeGradients(request, -1),
  Max: (request) => extremeGradients(request, 1),
  Greater: { notDifferentiable: 'its result is true or false' },
  Less: { notDifferentiable: 'its result is true or false' },
  Equal: { notDifferentiable: 'its result is true or false' },
  GreaterOrEqual: { notDifferentiable: 'its result is true or false' },
  LessOrEqual: { notDifferentiable: 'its result is true or false' },
  And: { notDifferentiable: 'its result is true or false' },
  Or: { notDifferentiable: 'its result is true or false' },
  Xor: { notDifferentiable: 'its result is true or false' },
  // y = a - b q with a whole number q
  Mod: ({ e, inputs: [a, b], outputs: [y], dy }) => [
    () => e.sumTo(dy, a.shape),
    () => e.unary('Neg', e.sumTo(e.mul(dy, e.div(e.sub(a, y), b)), b.shape)),
  ],
  Where: ({ e, inputs: [condition, a, b], dy }) => [
    null,
    () => e.sumTo(e.where(condition, dy, e.scalar(0)), a.shape),
    () => e.sumTo(e.where(condition, e.scalar(0), dy), b.shape),
  ],
  MatMul: ({ e, inputs: [a, b], dy }) => [
    () => e.sumTo(e.matMul(dy, swapLast(e, b)), a.shape),
    () =>
      b.shape.length === 2 ? matrixFactorGradient(e, a, dy) : e.sumTo(e.matMul(swapLast(e, a), dy), b.shape),
  ],
  Gemm: ({ e, inputs: [a, b, c], attributes: { alpha, beta, transA, transB }, dy }) => {
    const scaled = () => (alpha === 1 ? dy : e.mul(dy, alpha));
    return [
      () => (transA ? e.gemm(b, scaled(), transB, true) : e.gemm(scaled(), b, false, !transB)),
      () => (transB ? e.gemm(scaled(), a, true, transA) : e.gemm(a, scaled(), !transA, false)),
      c ? () => e.sumTo(beta === 1 ? dy : e.mul(dy, beta), c.shape) : null,
    ];
  },
  Softmax: ({ e, attributes: { axis }, outputs: [y], dy }) => [
    () => e.mul(y, e.sub(dy, e.sum(e.mul(dy, y), [axis], true))),
  ],
  LogSoftmax: ({ e, attributes: { axis }, outputs: [y], dy }) => [
    () => e.sub(dy, e.mul(e.unary('Exp', y), e.sum(dy, [axis], true))),
  ],
  MaxPool: ({ e, inputs: [x], attributes, outputs: [y], dy }) => [
    () => maxPoolGradient(e, x, y, attributes, dy),
  ],
  AveragePool: ({ e, inputs: [x], attributes, dy }) => [() => averagePoolGradient(e, x, attributes, dy)],
  GlobalAveragePool: ({ e, inputs: [x], dy }) => [
    () => e.expand(e.mul(dy, 1 / (sizeOf(x.shape, 2) * sizeOf(x.shape, 3))), x.shape),
  ],
  ReduceSum: ({ e, inputs: [x], attributes: { axes }, dy }) => [() => spread(e, dy, x, axes)],
  ReduceMean: ({ e, inputs: [x], outputs: [y], attributes: { axes }, dy }) => [
    () => spread(e, e.mul(dy, countElements(y.shape) / countElements(x.shape)), x, axes),
  ],
  GlobalMaxPool: ({ e, inputs: [x], outputs: [y], dy }) => [() => shareAmongEqual(e, x, y, [2, 3], dy)],
  ReduceMax: ({ e, inputs: [x], outputs: [y], attributes: { axes }, dy }) => [
    () => shareAmongEqual(e, x, y, axes, dy),
  ],
  ReduceMin: ({ e, inputs: [x], outputs: [y], attributes: { axes }, dy }) => [
    () => shareAmongEqual(e, x, y, axes, dy),
  ],
  ReduceProd: ({ e, inputs: [x], attributes: { axes }, dy }) => [
    () => e.mul(keepAxes(e, dy, x, axes), productOfOthers(e, x, axes)),
  ],
  // 0 at the origin, as PyTorch has it
  ReduceL2: ({ e, inputs: [x], outputs: [y], attributes: { axes }, dy }) => [
    () => {
      const length = e.add(y, e.isEqual(y, e.scalar(0)));
      return e.mul(x, keepAxes(e, e.div(dy, length), x, axes));
    },
  ],
  ReduceLogSumExp: ({ e, inputs: [x], outputs: [y], attributes: { axes }, dy }) => [
    () => e.mul(e.unary('Exp', e.sub(x, keepAxes(e, y, x, axes))), keepAxes(e, dy, x, axes)),
  ],
  Reshape: ({ e, inputs: [x], dy }) => [() => e.reshape(dy, x.shape)],
  Flatten: ({ e, inputs: [x], dy }) => [() => e.reshape(dy, x.shape)],
  Expand: ({ e, inputs: [x], dy }) => [() => e.sumTo(dy, x.shape)],
  Transpose: ({ e, attributes: { permutation }, dy }) => [
    () =>
      e.transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
  Concat: ({ e, inputs, attributes: { axis }, dy }) =>
    inputs.map((input, index) => () => {
      const start = inputs.slice(0, index).reduce((sum, before) => sum + sizeOf(before.shape, axis), 0);
      return e.sliceAxis(dy, axis, start, start + sizeOf(input.shape, axis));
    }),
  Split: ({ e, outputs, attributes: { axis }, dyOf }) => [
    () =>
      e.concat(
        outputs.map((_, index) => dyOf(index)),
        axis,
      ),
  ],
  Tile: ({ e, inputs: [x], attributes: { repeats }, dy }) => [
    () => {
      const split = x.shape.flatMap((size, axis) => [repeats[axis] ?? 1, size]);
      const copies = x.shape.map((_, axis) => 2 * axis);
      return e.sum(e.reshape(dy, split), copies, false);
    },
  ],
  Slice: ({ e, inputs: [x], attributes, dy }) => [() => sliceGradient(e, x.shape, attributes, dy)],
  Pad: ({ e, inputs: [x], attributes, dy }) => [() => padGradient(e, x, attributes, dy)],
  Cast: ({ e, inputs: [x], dy }) => [x.dtype.startsWith('float') ? () => e.cast(dy, x.dtype) : null],
  Identity: ({ dy }) => [() => dy],
  StopGradient: { notDifferentiable: 'it is there to end gradients' },
  Dropout: ({ dy }) => [() => dy],
  Gather: ({ e, inputs: [x, indices], attributes: { axis }, dy }) => [
    () => gatherGradient(e, x, indices, axis, dy),
    null,
  ],
  GatherElements: ({ e, inputs: [x, indices], attributes: { axis }, dy }) => [
    () => gatherElementsGradient(e, x, indices, axis, dy),
    null,
  ],
  GatherND: ({ e, inputs: [x, indices], attributes: { batchDims }, dy }) => [
    () => gatherNDGradient(e, x, indices, batchDims, dy),
    null,
  ],
  ScatterElements: (request) => scatterElementsGradients(request),
  ScatterND: (request) => scatterNDGradients(request),
  DepthToSpace: ({ e, inputs: [x], attributes: { blockSize, mode }, dy }) => [
    () =>
      mode === 'DCR'
        ? e.builder.node('SpaceToDepth', [dy], { blockSize })[0]
        : columnsToDepth(e, x, blockSize, dy),
  ],
  SpaceToDepth: ({ e, attributes: { blockSize }, dy }) => [
    () => e.builder.node('DepthToSpace', [dy], { blockSize, mode: 'DCR' })[0],
  ],
  Resize: ({ e, inputs: [x], attributes, dy }) => [() => resizeGradient(e, x, attributes, dy)],
  Einsum: ({ e, inputs, attributes: { equation }, dy }) =>
    inputs.map((_, position) => () => einsumGradient(e, inputs, equation, position, dy)),
  Trilu: ({ e, attributes, dy }) => [() => e.builder.node('Trilu', [dy], attributes)[0]],
  CumSum: ({ e, attributes, dy }) => [
    () => e.builder.node('CumSum', [dy], { ...attributes, reverse: !attributes.reverse })[0],
  ],
  ArgMax: { notDifferentiable: 'its result is an index' },
  ArgMin: { notDifferentiable: 'its result is an index' },
  TopK: ({ e, inputs: [x], outputs: [, indices], attributes: { axis }, dy }) => [
    () => topKGradient(e, x, indices, axis, dy),
  ],
  OneHot: { notDifferentiable: 'it depends on an index' },
  NonMaxSuppression: { notDifferentiable: 'it decides by order and thresholds' },
} satisfies { readonly [K in OpKind]: GradientRule<K> };

/** Why no gradient passes through the node, or undefined where one does. */
export function explainNoGradient(node: Node): string | undefined {
  const rule = gradientRules[node.op];
  return typeof rule === 'function' ? undefined : rule.notDifferentiable;
}

/** How many leading outputs can have a gradient; the others are statistics or indices. */
export function countDifferentiableOutputs(node: Node): number {
  if (explainNoGradient(node) !== undefined) return 0;
  return node.op === 'Split' ? node.outputs.length : 1;
}

/** @throws AppError GRAPH_NOT_TRAINABLE for an operation without derivative */
export function applyGradientRule<K extends OpKind>(op: K, request: GradientRequest<K>): InputGradients {
  const table: { readonly [P in OpKind]: GradientRule<P> } = gradientRules;
  const rule: GradientRule<K> = table[op];
  if (typeof rule === 'function') return rule(request);
  throw new AppError('GRAPH_NOT_TRAINABLE', `${op} has no gradient: ${rule.notDifferentiable}`);
}

/** y = (x - mean) i scale + shift with i = 1 / sqrt(variance + epsilon), all statistics given. */
function frozenNormalization(request: GradientRequest<'BatchNormalization'>): InputGradients {
  const { e, inputs, attributes, dy } = request;
  const [x, scale, , mean, variance] = inputs;
  const axes = nonChannelAxes(x);
  const inverse = e.unary('Reciprocal', e.unary('Sqrt', e.add(variance, attributes.epsilon)));
  const slope = e.mul(scale, inverse);
  const total = () => e.sum(dy, axes, false);
  const centred = () => e.sub(e.sum(e.mul(dy, x), axes, false), e.mul(mean, total()));
  return [
    () => e.mul(dy, e.reshape(slope, channelShape(x))),
    () => e.mul(centred(), inverse),
    total,
    () => e.unary('Neg', e.mul(slope, total())),
    () => e.mul(e.mul(centred(), -0.5), e.mul(slope, e.mul(inverse, inverse))),
  ];
}

/**
 * y = x̂ scale + shift with x̂ = (x - mean) i over m elements a channel (Ioffe and Szegedy 2015, section 3):
 * dshift = Σ dy, dscale = Σ dy x̂, dx = scale i (dy - dshift / m - x̂ dscale / m).
 * The last is written as a dy + b x + c with per-channel a, b, c: three passes over memory.
 */
function trainingNormalization(request: GradientRequest<'BatchNormalizationTraining'>): InputGradients {
  const { e, inputs, attributes, outputs, dy } = request;
  const [x, scale] = inputs;
  const [, mean, variance] = outputs;
  const axes = nonChannelAxes(x);
  const count = countElements(x.shape) / sizeOf(x.shape, 1);
  const inverse = e.unary('Reciprocal', e.unary('Sqrt', e.add(variance, attributes.epsilon)));
  const shiftGradient = e.sum(dy, axes, false);
  const product = e.sum(e.mul(dy, x), axes, false);
  const scaleGradient = e.mul(inverse, e.sub(product, e.mul(mean, shiftGradient)));
  const inputGradient = () => {
    const a = e.mul(scale, inverse);
    const b = e.mul(e.mul(a, -1 / count), e.mul(inverse, scaleGradient));
    const c = e.sub(e.mul(e.mul(a, -1 / count), shiftGradient), e.mul(b, mean));
    const wide = (vector: Value) => e.reshape(vector, channelShape(x));
    return e.add(e.mul(dy, wide(a)), e.add(e.mul(x, wide(b)), wide(c)));
  };
  return [inputGradient, () => scaleGradient, () => shiftGradient];
}

/** x / 3 + 1 / 2 between -3 and 3, 0 before, 1 after: gate + x / 6 inside with gate = hardSigmoid(x). */
function hardSwishSlope(e: Expressions, x: Value): Value {
  const [gate] = e.builder.node('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 });
  const inside = e.unary('Sign', e.mul(gate, e.sub(1, gate)));
  return e.add(gate, e.mul(e.mul(x, 1 / 6), inside));
}

/** Φ(x) + x φ(x) */
function geluSlope(e: Expressions, x: Value): Value {
  const cumulative = e.mul(e.add(e.unary('Erf', e.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = e.mul(e.unary('Exp', e.mul(e.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return e.add(cumulative, e.mul(x, density));
}

/** With t = tanh(k (x + 0.044715 x³)): (1 + t) / 2 + x (1 - t²) k (1 + 3 · 0.044715 x²) / 2 */
function geluTanhSlope(e: Expressions, x: Value): Value {
  const k = Math.sqrt(2 / Math.PI);
  const square = e.mul(x, x);
  const t = e.unary('Tanh', e.mul(e.mul(x, k), e.add(e.mul(square, 0.044715), 1)));
  const inner = e.mul(e.add(e.mul(square, 3 * 0.044715), 1), k / 2);
  const steep = e.mul(e.mul(x, e.sub(1, e.mul(t, t))), inner);
  return e.add(e.mul(e.add(t, 1), 0.5), steep);
}

/** gamma where x is positive, else y + offset: the derivative of y = gamma alpha (exp x - 1). */
function exponentialSlope(e: Expressions, x: Value, y: Value, gamma: number, offset: number): Value {
  const isPositive = e.unary('Sign', e.unary('Relu', x));
  const below = e.mul(e.sub(1, isPositive), e.add(y, offset));
  return e.add(gamma === 1 ? isPositive : e.mul(isPositive, gamma), below);
}

/** Equal extremes share the gradient. */
function shareAmongEqual(e: Expressions, x: Value, y: Value, axes: readonly number[], dy: Value): Value {
  const mask = e.isEqual(x, e.expand(keepAxes(e, y, x, axes), x.shape));
  const share = e.div(keepAxes(e, dy, x, axes), e.sum(mask, axes, true));
  return e.mul(mask, share);
}

/** For each element the product of the others along the axes, also where some are zero. */
function productOfOthers(e: Expressions, x: Value, axes: readonly number[]): Value {
  const isZero = e.isEqual(x, e.expand(e.scalar(0), x.shape));
  const zeroFree = e.add(x, isZero);
  const [product] = e.builder.node('ReduceProd', [zeroFree], { axes, keepDims: true });
  const otherZeros = e.sub(e.sum(isZero, axes, true), isZero);
  return e.mul(e.div(product, zeroFree), e.isEqual(otherZeros, e.scalar(0)));
}

/** The inverse of DepthToSpace in CRD order: `[n, c, h b, w b]` to `[n, c b b, h, w]`. */
function columnsToDepth(e: Expressions, x: Value, blockSize: number, dy: Value): Value {
  const [n = 1, channels = 1, h = 1, w = 1] = x.shape;
  const split = [n, channels / blockSize ** 2, h, blockSize, w, blockSize];
  return e.reshape(e.transpose(e.reshape(dy, split), [0, 1, 3, 5, 2, 4]), x.shape);
}

/** The larger (sign 1) or smaller (-1) side takes the gradient, equal sides share it. */
function extremeGradients(request: GradientRequest<'Min' | 'Max'>, sign: 1 | -1): InputGradients {
  const { e, inputs, dy } = request;
  const [a, b] = inputs;
  const share = (own: Value, other: Value) => {
    const half = e.mul(e.unary('Sign', e.sub(own, other)), sign / 2);
    return e.sumTo(e.mul(dy, e.add(half, 0.5)), own.shape);
  };
  return [() => share(a, b), () => share(b, a)];
}

/** For a `[…, m, k]` and dy `[…, m, n]`: one product over all rows, `[k, n]`. */
function matrixFactorGradient(e: Expressions, a: Value, dy: Value): Value {
  const inner = sizeOf(a.shape, -1);
  const rows = countElements(a.shape) / inner;
  return e.gemm(e.reshape(a, [rows, inner]), e.reshape(dy, [rows, sizeOf(dy.shape, -1)]), true, false);
}

function keepAxes(e: Expressions, reduced: Value, x: Value, axes: readonly number[]): Value {
  return e.reshape(
    reduced,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

function spread(e: Expressions, dy: Value, x: Value, axes: readonly number[]): Value {
  return e.expand(keepAxes(e, dy, x, axes), x.shape);
}
