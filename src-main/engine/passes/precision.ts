/** In which precision each operation of a network is computed where its training is in mixed precision. */
import type { Node, OpKind } from '../graph/ops.ts';
import { countElements, sizeOf } from '../graph/tensor.ts';

/**
 * `half`: always, as these are where half precision is fast. `follows`: as its operands are, it selects, moves or
 * bends what it gets. `inside`: sums and divides in float32, and hands on half precision if it got it. `single`:
 * float32, for sums, and for functions that leave the range of half precision or lose small differences.
 *
 * Sources: Micikevicius et al. 2018, Mixed Precision Training, section 3 (products in half precision, sums over many
 * elements in float32); the operation lists of torch.amp (`autocast`: products to the lower precision; exp, log, pow,
 * softplus, softmax, sums, products of elements and losses to float32; the rest by its operands). Divisions are added
 * to what is kept in float32: their results are as large as the divisor is small.
 */
export type Precision = 'half' | 'follows' | 'inside' | 'single';

export const precisions = {
  Conv: 'half',
  ConvTranspose: 'half',
  MatMul: 'half',
  Gemm: 'half',
  Einsum: 'half',
  BatchNormalization: 'inside',
  BatchNormalizationTraining: 'inside',
  InstanceNormalization: 'inside',
  LayerNormalization: 'inside',
  LRN: 'inside',
  Relu: 'follows',
  PRelu: 'follows',
  LeakyRelu: 'follows',
  Elu: 'follows',
  Selu: 'follows',
  Softsign: 'follows',
  Mish: 'follows',
  Sigmoid: 'follows',
  QuickGelu: 'follows',
  HardSigmoid: 'follows',
  HardSwish: 'follows',
  Tanh: 'follows',
  Gelu: 'follows',
  Clip: 'follows',
  Abs: 'follows',
  Neg: 'follows',
  Sign: 'follows',
  Floor: 'follows',
  Ceil: 'follows',
  Round: 'follows',
  Add: 'follows',
  Sub: 'follows',
  Mul: 'follows',
  Min: 'follows',
  Max: 'follows',
  Where: 'follows',
  Not: 'follows',
  IsNaN: 'follows',
  Greater: 'follows',
  Less: 'follows',
  Equal: 'follows',
  GreaterOrEqual: 'follows',
  LessOrEqual: 'follows',
  And: 'follows',
  Or: 'follows',
  Xor: 'follows',
  MaxPool: 'follows',
  GlobalMaxPool: 'follows',
  AveragePool: 'follows',
  ReduceMax: 'follows',
  ReduceMin: 'follows',
  Reshape: 'follows',
  Flatten: 'follows',
  Expand: 'follows',
  Transpose: 'follows',
  Concat: 'follows',
  Split: 'follows',
  Tile: 'follows',
  Slice: 'follows',
  Pad: 'follows',
  Gather: 'follows',
  GatherElements: 'follows',
  GatherND: 'follows',
  DepthToSpace: 'follows',
  SpaceToDepth: 'follows',
  Resize: 'follows',
  Trilu: 'follows',
  Cast: 'follows',
  Identity: 'follows',
  StopGradient: 'follows',
  Dropout: 'follows',
  ArgMax: 'follows',
  ArgMin: 'follows',
  TopK: 'follows',
  Erf: 'single',
  Softplus: 'single',
  Exp: 'single',
  Log: 'single',
  Sqrt: 'single',
  Reciprocal: 'single',
  Sin: 'single',
  Cos: 'single',
  Tan: 'single',
  Asin: 'single',
  Acos: 'single',
  Atan: 'single',
  Sinh: 'single',
  Cosh: 'single',
  Asinh: 'single',
  Acosh: 'single',
  Atanh: 'single',
  Div: 'single',
  Pow: 'single',
  Mod: 'single',
  Softmax: 'single',
  LogSoftmax: 'single',
  GlobalAveragePool: 'single',
  ReduceSum: 'single',
  ReduceMean: 'single',
  ReduceProd: 'single',
  ReduceL2: 'single',
  ReduceLogSumExp: 'single',
  CumSum: 'single',
  ScatterElements: 'single',
  ScatterND: 'single',
  OneHot: 'single',
  NonMaxSuppression: 'single',
} as const satisfies Record<OpKind, Precision>;

/** Elements of each sum that a product makes. */
export function countSummands(node: Node): number {
  switch (node.op) {
    case 'Conv':
      return countElements(node.inputs[1].shape.slice(1));
    case 'ConvTranspose': {
      const [, , height = 1, width = 1] = node.inputs[1].shape;
      return (sizeOf(node.inputs[1].shape, 0) / node.attributes.group) * height * width;
    }
    case 'MatMul':
      return sizeOf(node.inputs[0].shape, -1);
    case 'Gemm':
      return sizeOf(node.inputs[0].shape, node.attributes.transA ? 0 : 1);
    case 'Einsum':
      return countContracted(node);
    default:
      return 1;
  }
}

/** The product of the sizes of the letters that the result does not have. */
function countContracted({ inputs, attributes: { equation } }: Node<'Einsum'>): number {
  const [left = '', right = ''] = equation.replaceAll(' ', '').split('->');
  const sizes = new Map(
    left
      .split(',')
      .flatMap((term, input) => [...term].map((letter, axis) => [letter, inputs[input]?.shape[axis] ?? 1])),
  );
  return [...sizes].reduce(
    (product, [letter, size]) => (right.includes(String(letter)) ? product : product * Number(size)),
    1,
  );
}
