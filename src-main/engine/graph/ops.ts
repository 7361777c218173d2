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
  readonly mode: 'constant' | 'reflect' | 'edge';
  readonly value: number;
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
  Relu: Signature<Unary>;
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
  ReduceSum: Signature<Unary, ReduceAttributes>;
  ReduceMean: Signature<Unary, ReduceAttributes>;
  ReduceMax: Signature<Unary, ReduceAttributes>;
  Reshape: Signature<Unary, { readonly shape: Shape }>;
  Flatten: Signature<Unary, { readonly axis: number }>;
  Expand: Signature<Unary, { readonly shape: Shape }>;
  Transpose: Signature<Unary, { readonly permutation: readonly number[] }>;
  Concat: Signature<Variadic, { readonly axis: number }>;
  Slice: Signature<Unary, SliceAttributes>;
  Pad: Signature<Unary, PadAttributes>;
  Cast: Signature<Unary, { readonly to: DType }>;
  Identity: Signature<Unary>;
  ArgMax: Signature<Unary, { readonly axis: number; readonly keepDims: boolean }>;
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
