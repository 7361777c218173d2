/** How ONNX operations (ai.onnx 7 to 23 and a few of com.microsoft) become ours: one rule per operation. */
import { AppError } from '../../base/app-error.ts';
import { createExpressions, type PlainUnary } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { countElements, floatTensor, int64Tensor, sizeOf, type Tensor } from '../graph/tensor.ts';
import { findDType } from './element-types.ts';
import {
  add,
  attribute,
  axisAttribute,
  constantNumbers,
  flag,
  float,
  input,
  int,
  malformed,
  type NodeReading,
  type ReadRule,
  text,
  unsupported,
} from './node-reading.ts';
import { activationRules } from './read-activations.ts';
import { attentionRules } from './read-attention.ts';
import { gridSampleRules } from './read-grid-sample.ts';
import { indexingRules } from './read-indexing.ts';
import { lossRules } from './read-losses.ts';
import { dropout, normalizationRules } from './read-normalizations.ts';
import { reductionRules } from './read-reductions.ts';
import { resizeRules } from './read-resize.ts';
import { windowRules } from './read-windows.ts';
import { explainRefusal, refuseNode } from './refusals.ts';

/** @throws AppError GRAPH_NOT_TRAINABLE for an operation that has no rule, GRAPH_INVALID for a malformed node */
export function readNode(reading: NodeReading): readonly Value[] {
  const { domain, opType } = reading.node;
  const rule = findReadRule(domain, opType);
  if (rule) return applyRule(rule, reading);
  throw refuseNode(reading.node, explainRefusal(domain, opType));
}

/** A file may hold numbers that no rule expects: whatever a rule trips over is the node's fault. */
function applyRule(rule: ReadRule, reading: NodeReading): readonly Value[] {
  try {
    return rule(reading);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw malformed(reading, cause instanceof Error ? cause.message : String(cause));
  }
}

function findReadRule(domain: string, opType: string): ReadRule | undefined {
  const key = domain === '' ? opType : `${domain}.${opType}`;
  return Object.hasOwn(readRules, key) ? readRules[key] : undefined;
}

const readRules: Readonly<Record<string, ReadRule>> = {
  ...windowRules,
  ...normalizationRules,
  ...reductionRules,
  ...indexingRules,
  ...resizeRules,
  ...activationRules,
  ...gridSampleRules,
  ...attentionRules,
  ...lossRules,
  Relu: plainUnary('Relu'),
  Softsign: plainUnary('Softsign'),
  Mish: plainUnary('Mish'),
  Sigmoid: plainUnary('Sigmoid'),
  'com.microsoft.QuickGelu': (r) => add(r, 'QuickGelu', [input(r, 0)], { alpha: float(r, 'alpha', 1.702) }),
  HardSigmoid: (r) =>
    add(r, 'HardSigmoid', [input(r, 0)], { alpha: float(r, 'alpha', 0.2), beta: float(r, 'beta', 0.5) }),
  HardSwish: plainUnary('HardSwish'),
  Tanh: plainUnary('Tanh'),
  Gelu: (r) => {
    const approximate = text(r, 'approximate', 'none');
    if (approximate !== 'none' && approximate !== 'tanh') throw malformed(r, `approximate ${approximate}`);
    return add(r, 'Gelu', [input(r, 0)], { approximate });
  },
  'com.microsoft.Gelu': (r) => add(r, 'Gelu', [input(r, 0)], { approximate: 'none' }),
  Erf: plainUnary('Erf'),
  Softplus: plainUnary('Softplus'),
  Clip: clip,
  Exp: plainUnary('Exp'),
  Log: plainUnary('Log'),
  Sqrt: plainUnary('Sqrt'),
  Reciprocal: plainUnary('Reciprocal'),
  Abs: plainUnary('Abs'),
  Neg: plainUnary('Neg'),
  Sign: plainUnary('Sign'),
  Sin: plainUnary('Sin'),
  Cos: plainUnary('Cos'),
  Tan: plainUnary('Tan'),
  Asin: plainUnary('Asin'),
  Acos: plainUnary('Acos'),
  Atan: plainUnary('Atan'),
  Sinh: plainUnary('Sinh'),
  Cosh: plainUnary('Cosh'),
  Asinh: plainUnary('Asinh'),
  Acosh: plainUnary('Acosh'),
  Atanh: plainUnary('Atanh'),
  Floor: plainUnary('Floor'),
  Ceil: plainUnary('Ceil'),
  Round: plainUnary('Round'),
  Not: plainUnary('Not'),
  IsNaN: plainUnary('IsNaN'),
  Add: plainBinary('Add'),
  Sub: plainBinary('Sub'),
  Mul: plainBinary('Mul'),
  Div: plainBinary('Div'),
  // onnxruntime takes an exponent of another type; so that there is one type it is cast
  Pow: (r) => {
    const [base, exponent] = [input(r, 0), secondOperand(r)];
    return add(r, 'Pow', [base, createExpressions(r.builder).cast(exponent, base.dtype)], {});
  },
  Mod: (r) => add(r, 'Mod', [input(r, 0), input(r, 1)], { fmod: flag(r, 'fmod') }),
  Min: chained('Min'),
  Max: chained('Max'),
  Sum: chained('Add'),
  Mean: mean,
  Greater: plainBinary('Greater'),
  Less: plainBinary('Less'),
  Equal: plainBinary('Equal'),
  GreaterOrEqual: plainBinary('GreaterOrEqual'),
  LessOrEqual: plainBinary('LessOrEqual'),
  And: plainBinary('And'),
  Or: plainBinary('Or'),
  Xor: plainBinary('Xor'),
  Where: (r) => add(r, 'Where', [input(r, 0), input(r, 1), input(r, 2)], {}),
  MatMul: matMul,
  Gemm: (r) => {
    const [a, b, c] = [input(r, 0), input(r, 1), r.inputs[2]];
    return add(r, 'Gemm', c ? [a, b, c] : [a, b], {
      alpha: float(r, 'alpha', 1),
      beta: float(r, 'beta', 1),
      transA: int(r, 'transA', 0) !== 0,
      transB: int(r, 'transB', 0) !== 0,
    });
  },
  Softmax: (r) => softmax(r, 'Softmax'),
  LogSoftmax: (r) => softmax(r, 'LogSoftmax'),
  Cast: (r) => {
    const to = findDType(int(r, 'to', 0));
    if (!to) throw unsupported(r, `element type ${int(r, 'to', 0)} is not supported`);
    return add(r, 'Cast', [input(r, 0)], { to });
  },
  Identity: plainUnary('Identity'),
  CastLike: (r) => add(r, 'Cast', [input(r, 0)], { to: input(r, 1).dtype }),
  Dropout: dropout,
  ArgMax: (r) => add(r, 'ArgMax', [input(r, 0)], argAttributes(r)),
  ArgMin: (r) => add(r, 'ArgMin', [input(r, 0)], argAttributes(r)),
  Constant: (r) => [r.builder.constant(constantOf(r), r.names.outputs?.[0])],
};

type PlainBinary =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Greater'
  | 'Less'
  | 'Equal'
  | 'GreaterOrEqual'
  | 'LessOrEqual'
  | 'And'
  | 'Or'
  | 'Xor'
  | 'Min'
  | 'Max';

function plainUnary(op: PlainUnary): ReadRule {
  return (r) => add(r, op, [input(r, 0)], {});
}

function plainBinary(op: PlainBinary): ReadRule {
  return (r) => add(r, op, [input(r, 0), secondOperand(r)], {});
}

/** Before opset 7 the second operand met the axes of the first from the attribute `axis` on. */
function secondOperand(r: NodeReading): Value {
  const [a, b] = [input(r, 0), input(r, 1)];
  if (r.opset >= 7 || !r.node.attributes.has('axis')) return b;
  const behind = a.shape.length - axisAttribute(r, 0) - b.shape.length;
  const ones = Array<number>(Math.max(0, behind)).fill(1);
  return createExpressions(r.builder).reshape(b, [...b.shape, ...ones]);
}

/** An operation of any number of inputs as a chain of two-input ones. */
function chained(op: 'Min' | 'Max' | 'Add'): ReadRule {
  return (r) => {
    const present = r.inputs.filter((value) => value !== undefined);
    const [first, ...others] = present;
    if (!first) throw malformed(r, 'it has no input');
    if (others.length === 0) return add(r, 'Identity', [first], {});
    const last = others.length - 1;
    const combine = (total: Value, other: Value, index: number): Value =>
      r.builder.node(op, [total, other], {}, index === last ? r.names : {})[0];
    return [others.reduce(combine, first)];
  };
}

/** Before opset 13 the softmax ran over all axes from the named one on, as if they were one. */
function softmax(r: NodeReading, op: 'Softmax' | 'LogSoftmax'): readonly Value[] {
  const x = input(r, 0);
  const axis = axisAttribute(r, r.opset >= 13 ? -1 : 1);
  const isOneAxis = countElements(x.shape.slice(axis)) === sizeOf(x.shape, axis);
  if (r.opset >= 13 || isOneAxis) return add(r, op, [x], { axis });
  const [flat] = r.builder.node('Flatten', [x], { axis });
  const [normalized] = r.builder.node(op, [flat], { axis: 1 });
  return add(r, 'Reshape', [normalized], { shape: x.shape });
}

/** The mean of any number of inputs. */
function mean(r: NodeReading): readonly Value[] {
  const e = createExpressions(r.builder);
  const present = r.inputs.filter((value) => value !== undefined);
  const [sum] = chained('Add')({ ...r, names: {} });
  if (!sum) throw malformed(r, 'it has no input');
  return add(r, 'Mul', [sum, e.scalar(1 / present.length, sum.dtype)], {});
}

/** A vector on the left is a row, on the right a column, whose axis of 1 goes from the result. */
function matMul(r: NodeReading): readonly Value[] {
  const e = createExpressions(r.builder);
  const [a, b] = [input(r, 0), input(r, 1)];
  if (a.shape.length > 1 && b.shape.length > 1) return add(r, 'MatMul', [a, b], {});
  if (a.shape.length === 0 || b.shape.length === 0) throw malformed(r, 'a scalar is no matrix');
  const row = a.shape.length === 1 ? e.reshape(a, [1, ...a.shape]) : a;
  const column = b.shape.length === 1 ? e.reshape(b, [...b.shape, 1]) : b;
  const product = e.matMul(row, column);
  const rank = product.shape.length;
  const isLost = (axis: number) =>
    (a.shape.length === 1 && axis === rank - 2) || (b.shape.length === 1 && axis === rank - 1);
  return add(r, 'Reshape', [product], { shape: product.shape.filter((_, axis) => !isLost(axis)) });
}

/** Bounds that are computed make a Max and a Min. */
function clip(r: NodeReading): readonly Value[] {
  const x = input(r, 0);
  const [low, high] = [r.inputs[1], r.inputs[2]];
  const isComputed = (bound: Value | undefined) => bound && !r.builder.findConstant(bound);
  if (isComputed(low) || isComputed(high)) {
    const raised = low ? r.builder.node('Max', [x, low], {}, high ? {} : r.names)[0] : x;
    return high ? add(r, 'Min', [raised, high], {}) : [raised];
  }
  const bound = (position: number, name: string, absent: number) =>
    r.opset < 11 ? float(r, name, absent) : (constantNumbers(r, position)?.[0] ?? absent);
  const min = bound(1, 'min', Number.NEGATIVE_INFINITY);
  return add(r, 'Clip', [x], { min, max: bound(2, 'max', Number.POSITIVE_INFINITY) });
}

function argAttributes(r: NodeReading) {
  return {
    axis: axisAttribute(r, 0),
    keepDims: flag(r, 'keepdims', true),
    selectLast: flag(r, 'select_last_index'),
  };
}

function constantOf(r: NodeReading): Tensor {
  const value = attribute(r, 'value');
  if (value?.kind === 'tensor') return value.value;
  const number = attribute(r, 'value_float') ?? attribute(r, 'value_floats');
  if (number?.kind === 'float' || number?.kind === 'floats') return floatTensor(number.value);
  const whole = attribute(r, 'value_int') ?? attribute(r, 'value_ints');
  if (whole?.kind === 'int') return int64Tensor([whole.value], []);
  if (whole?.kind === 'ints') return int64Tensor(whole.value);
  throw malformed(r, 'only constants with numbers are supported');
}
