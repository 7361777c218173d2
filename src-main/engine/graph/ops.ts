/**
 * The closed set of operations, each with its inputs, attributes and outputs.
 *
 * Shapes are static, so what ONNX passes as small constant inputs (axes, pads, new shapes, clip bounds) is an
 * attribute here; `onnx/` converts both ways. All attributes are present and normalized: axes are not negative.
 */
import type { DType, Shape, Tensor, TensorType } from './tensor.ts';

/** A tensor in a graph: one input, initializer or node output. Compared by identity. */
export interface Value extends TensorType {
  /** Unique within its graph. */
  readonly name: string;
}

type Unary = readonly [x: Value];
type Binary = readonly [a: Value, b: Value];
type Variadic = readonly Value[];
type NoAttributes = Readonly<Record<never, never>>;

interface Signature<
  Inputs extends readonly (Value | undefined)[],
  Attributes = NoAttributes,
  Outputs extends readonly Value[] = readonly [Value],
> {
  readonly inputs: Inputs;
  readonly attributes: Attributes;
  readonly outputs: Outputs;
}

/** The window of a convolution or pool over `[n, c, h, w]`. */
export interface WindowAttributes {
  /** `[vertical, horizontal]` */
  readonly strides: readonly [number, number];
  /** `[top, left, bottom, right]` */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

export interface ConvAttributes extends WindowAttributes {
  readonly group: number;
}

export interface ConvTransposeAttributes extends ConvAttributes {
  /** Rows and columns added at the bottom right of the output. */
  readonly outputPadding: readonly [number, number];
}

export interface PoolAttributes extends WindowAttributes {
  readonly kernel: readonly [number, number];
}

export interface SliceAttributes {
  /** One entry per axis of the input; all axes are named. `ends` is exclusive, -1 for "past the first" when the step is negative. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

export interface ReduceAttributes {
  /** Ascending. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export interface PadAttributes {
  /** Elements added before each axis, then after each axis, as ONNX has them. */
  readonly pads: readonly number[];
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap';
  readonly value: number;
}

/** How positions of a resized axis map to positions of the original, as ONNX names them. */
export type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric';

export type NearestMode = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

export interface ResizeAttributes {
  /** The output's shape. */
  readonly sizes: readonly number[];
  /** Output over input size of each axis, as the positions use it; 1 where an axis stays. */
  readonly scales: readonly number[];
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: CoordinateMode;
  readonly nearest: NearestMode;
  /** a of Keys' cubic kernel. */
  readonly cubicCoefficient: number;
  /** Cubic: elements outside weigh nothing and the others are scaled up; else the border repeats. */
  readonly excludeOutside: boolean;
}

export type ScatterReduction = 'none' | 'add' | 'mul' | 'min' | 'max';

export interface ArgAttributes {
  readonly axis: number;
  readonly keepDims: boolean;
  /** Of equal elements the last instead of the first. */
  readonly selectLast: boolean;
}

export interface TopKAttributes {
  readonly axis: number;
  readonly k: number;
  readonly largest: boolean;
}

export interface OpTable {
  /** x `[n, c, h, w]`, w `[o, c / group, kh, kw]`, bias `[o]` */
  Conv: Signature<readonly [x: Value, w: Value, bias?: Value], ConvAttributes>;
  /** x `[n, c, h, w]`, w `[c, o / group, kh, kw]`, bias `[o]` */
  ConvTranspose: Signature<readonly [x: Value, w: Value, bias?: Value], ConvTransposeAttributes>;
  /** With running statistics: `(x - mean) / sqrt(variance + epsilon) * scale + shift` per channel. */
  BatchNormalization: Signature<
    readonly [x: Value, scale: Value, shift: Value, mean: Value, variance: Value],
    { readonly epsilon: number }
  >;
  /**
   * With the statistics of x itself, which are the further outputs (variance: divided by the count). The values of
   * the last two inputs do not matter, but nothing else may read them: onnxruntime writes the outputs over them.
   */
  BatchNormalizationTraining: Signature<
    readonly [x: Value, scale: Value, shift: Value, meanSpace: Value, varianceSpace: Value],
    { readonly epsilon: number },
    readonly [y: Value, mean: Value, variance: Value]
  >;
  /** Over each image and channel: `(x - mean) / sqrt(variance + epsilon) * scale + shift`; scale and shift `[c]`. */
  InstanceNormalization: Signature<
    readonly [x: Value, scale: Value, shift: Value],
    { readonly epsilon: number }
  >;
  /** Over the axes from `axis` on; scale and shift broadcast to them. */
  LayerNormalization: Signature<
    readonly [x: Value, scale: Value, shift?: Value],
    { readonly axis: number; readonly epsilon: number }
  >;
  /** x / (bias + alpha / size * Σ x² over the `size` channels around)^beta */
  LRN: Signature<
    Unary,
    { readonly size: number; readonly alpha: number; readonly beta: number; readonly bias: number }
  >;
  Relu: Signature<Unary>;
  /** x where positive, else slope x; the slope broadcasts to x. */
  PRelu: Signature<readonly [x: Value, slope: Value]>;
  /** x where positive, else alpha (exp x - 1). */
  Elu: Signature<Unary, { readonly alpha: number }>;
  /** gamma times (x where positive, else alpha (exp x - 1)). */
  Selu: Signature<Unary, { readonly alpha: number; readonly gamma: number }>;
  /** x / (1 + |x|) */
  Softsign: Signature<Unary>;
  /** x tanh(softplus(x)) */
  Mish: Signature<Unary>;
  LeakyRelu: Signature<Unary, { readonly alpha: number }>;
  Sigmoid: Signature<Unary>;
  /** x * sigmoid(alpha * x): SiLU at alpha 1. */
  QuickGelu: Signature<Unary, { readonly alpha: number }>;
  HardSigmoid: Signature<Unary, { readonly alpha: number; readonly beta: number }>;
  HardSwish: Signature<Unary>;
  Tanh: Signature<Unary>;
  Gelu: Signature<Unary, { readonly approximate: 'none' | 'tanh' }>;
  Erf: Signature<Unary>;
  Softplus: Signature<Unary>;
  Clip: Signature<Unary, { readonly min: number; readonly max: number }>;
  Exp: Signature<Unary>;
  Log: Signature<Unary>;
  Sqrt: Signature<Unary>;
  Reciprocal: Signature<Unary>;
  Abs: Signature<Unary>;
  Neg: Signature<Unary>;
  Sign: Signature<Unary>;
  Sin: Signature<Unary>;
  Cos: Signature<Unary>;
  Tan: Signature<Unary>;
  Asin: Signature<Unary>;
  Acos: Signature<Unary>;
  Atan: Signature<Unary>;
  Sinh: Signature<Unary>;
  Cosh: Signature<Unary>;
  Asinh: Signature<Unary>;
  Acosh: Signature<Unary>;
  Atanh: Signature<Unary>;
  Floor: Signature<Unary>;
  Ceil: Signature<Unary>;
  /** To the nearest, halves to even. */
  Round: Signature<Unary>;
  Not: Signature<Unary>;
  IsNaN: Signature<Unary>;
  Add: Signature<Binary>;
  Sub: Signature<Binary>;
  Mul: Signature<Binary>;
  Div: Signature<Binary>;
  Pow: Signature<Binary>;
  Min: Signature<Binary>;
  Max: Signature<Binary>;
  Greater: Signature<Binary>;
  Less: Signature<Binary>;
  Equal: Signature<Binary>;
  GreaterOrEqual: Signature<Binary>;
  LessOrEqual: Signature<Binary>;
  And: Signature<Binary>;
  Or: Signature<Binary>;
  Xor: Signature<Binary>;
  /** a - b floor(a / b), or with the sign of a (`fmod`). */
  Mod: Signature<Binary, { readonly fmod: boolean }>;
  Where: Signature<readonly [condition: Value, a: Value, b: Value]>;
  /** Batched over the leading axes, with broadcasting. */
  MatMul: Signature<Binary>;
  /** alpha * A' * B' + beta * C */
  Gemm: Signature<
    readonly [a: Value, b: Value, c?: Value],
    { readonly alpha: number; readonly beta: number; readonly transA: boolean; readonly transB: boolean }
  >;
  Softmax: Signature<Unary, { readonly axis: number }>;
  LogSoftmax: Signature<Unary, { readonly axis: number }>;
  MaxPool: Signature<Unary, PoolAttributes>;
  AveragePool: Signature<Unary, PoolAttributes & { readonly countIncludesPads: boolean }>;
  GlobalAveragePool: Signature<Unary>;
  GlobalMaxPool: Signature<Unary>;
  ReduceSum: Signature<Unary, ReduceAttributes>;
  ReduceMean: Signature<Unary, ReduceAttributes>;
  ReduceMax: Signature<Unary, ReduceAttributes>;
  ReduceMin: Signature<Unary, ReduceAttributes>;
  ReduceProd: Signature<Unary, ReduceAttributes>;
  /** √Σ x² */
  ReduceL2: Signature<Unary, ReduceAttributes>;
  /** log Σ exp x */
  ReduceLogSumExp: Signature<Unary, ReduceAttributes>;
  /** `batchAxis`: of the result, the one that grows with the number of samples, where a file has shown it. */
  Reshape: Signature<Unary, { readonly shape: Shape; readonly batchAxis?: number }>;
  Flatten: Signature<Unary, { readonly axis: number }>;
  Expand: Signature<Unary, { readonly shape: Shape }>;
  Transpose: Signature<Unary, { readonly permutation: readonly number[] }>;
  Concat: Signature<Variadic, { readonly axis: number }>;
  /** As many outputs as sizes. */
  Split: Signature<Unary, { readonly axis: number; readonly sizes: readonly number[] }, Variadic>;
  Tile: Signature<Unary, { readonly repeats: readonly number[] }>;
  Slice: Signature<Unary, SliceAttributes>;
  Pad: Signature<Unary, PadAttributes>;
  /** The entries of the axis that the indices (any shape, int32 or int64, negative from the end) name. */
  Gather: Signature<readonly [x: Value, indices: Value], { readonly axis: number }>;
  /** y[i][j] = x[indices[i][j]][j] for axis 0. */
  GatherElements: Signature<readonly [x: Value, indices: Value], { readonly axis: number }>;
  /** The last axis of the indices names leading axes of x after the batch axes. */
  GatherND: Signature<readonly [x: Value, indices: Value], { readonly batchDims: number }>;
  /** Inverse of GatherElements: a copy of x with the updates at their places. */
  ScatterElements: Signature<
    readonly [x: Value, indices: Value, updates: Value],
    { readonly axis: number; readonly reduction: ScatterReduction }
  >;
  ScatterND: Signature<
    readonly [x: Value, indices: Value, updates: Value],
    { readonly reduction: ScatterReduction }
  >;
  /** DCR: depth, then block position, in the channels; CRD: the other way round. */
  DepthToSpace: Signature<Unary, { readonly blockSize: number; readonly mode: 'DCR' | 'CRD' }>;
  SpaceToDepth: Signature<Unary, { readonly blockSize: number }>;
  Resize: Signature<Unary, ResizeAttributes>;
  /** The equation names its output and has no ellipsis. */
  Einsum: Signature<Variadic, { readonly equation: string }>;
  /** Keeps the elements on and above (or below) the k-th diagonal of the last two axes, zero elsewhere. */
  Trilu: Signature<Unary, { readonly upper: boolean; readonly k: number }>;
  CumSum: Signature<Unary, { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean }>;
  Cast: Signature<Unary, { readonly to: DType }>;
  Identity: Signature<Unary>;
  /** x itself, which the loss takes for a constant. */
  StopGradient: Signature<Unary>;
  /** Nothing, in running; keeps the ratio for those who train. */
  Dropout: Signature<Unary, { readonly ratio: number }>;
  ArgMax: Signature<Unary, ArgAttributes>;
  ArgMin: Signature<Unary, ArgAttributes>;
  /** The k largest (or smallest) along the axis in order, and where they stood (int64). */
  TopK: Signature<Unary, TopKAttributes, readonly [values: Value, indices: Value]>;
  /** values `[off, on]`; a new axis of the depth. */
  OneHot: Signature<
    readonly [indices: Value, values: Value],
    { readonly axis: number; readonly depth: number }
  >;
  /**
   * The scores, zero where not above the score threshold or where a box of the same class with a higher score
   * overlaps by more than the IoU threshold. boxes `[n, a, 4]` by opposite corners, scores `[n, classes, a]` of at
   * least 0, thresholds `[1]`; of each class at most `maxPerClass` boxes are kept.
   */
  NonMaxSuppression: Signature<
    readonly [boxes: Value, scores: Value, iouThreshold: Value, scoreThreshold: Value],
    { readonly maxPerClass: number }
  >;
}

export type OpKind = keyof OpTable;

/** One operation of a graph; discriminated by `op`. */
export type Node<K extends OpKind = OpKind> = {
  [P in K]: {
    readonly op: P;
    /** Unique within its graph; what errors name. */
    readonly name: string;
    readonly inputs: OpTable[P]['inputs'];
    readonly attributes: OpTable[P]['attributes'];
    readonly outputs: OpTable[P]['outputs'];
  };
}[K];

/** An immutable computation: nodes stand in an order in which each only reads what stands before it. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly initializers: ReadonlyMap<Value, Tensor>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

/** The inputs of a node that are there. */
export function listInputs(node: Node): readonly Value[] {
  const inputs: readonly (Value | undefined)[] = node.inputs;
  return inputs.filter((input) => input !== undefined);
}
