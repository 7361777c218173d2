/** How activations with parameters are read; those that we do not have are written out. */
import { createExpressions } from '../graph/expressions.ts';
import { floatTensor, fromNumbers, sizeOf } from '../graph/tensor.ts';
import { add, axisAttribute, flag, float, input, type ReadRule } from './node-reading.ts';

export const activationRules: Readonly<Record<string, ReadRule>> = {
  LeakyRelu: (r) => add(r, 'LeakyRelu', [input(r, 0)], { alpha: float(r, 'alpha', 0.01) }),
  PRelu: (r) => {
    const [x, slope] = [input(r, 0), input(r, 1)];
    const isPerChannel = r.opset < 7 && slope.shape.length === 1;
    const wide = isPerChannel ? [...slope.shape, ...x.shape.slice(2).map(() => 1)] : slope.shape;
    return add(r, 'PRelu', [x, createExpressions(r.builder).reshape(slope, wide)], {});
  },
  Elu: (r) => add(r, 'Elu', [input(r, 0)], { alpha: float(r, 'alpha', 1) }),
  Celu: (r) => {
    const e = createExpressions(r.builder);
    const alpha = float(r, 'alpha', 1);
    const [y] = r.builder.node('Elu', [e.div(input(r, 0), alpha)], { alpha: 1 });
    return add(r, 'Mul', [y, e.scalar(alpha)], {});
  },
  Selu: (r) =>
    add(r, 'Selu', [input(r, 0)], {
      alpha: float(r, 'alpha', 1.6732631921768188),
      gamma: float(r, 'gamma', 1.0507010221481323),
    }),
  ThresholdedRelu: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const [isAbove] = r.builder.node('Greater', [x, e.scalar(float(r, 'alpha', 1), x.dtype)], {});
    return add(r, 'Where', [isAbove, x, e.scalar(0, x.dtype)], {});
  },
  /** Hard and soft shrinkage in one: outside ±lambd x moved by the bias towards zero, inside nothing. */
  Shrink: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const [reach, bias] = [float(r, 'lambd', 0.5), float(r, 'bias', 0)];
    const [isAbove] = r.builder.node('Greater', [x, e.scalar(reach, x.dtype)], {});
    const [isBelow] = r.builder.node('Less', [x, e.scalar(-reach, x.dtype)], {});
    const below = e.where(isBelow, e.add(x, bias), e.scalar(0, x.dtype));
    return add(r, 'Where', [isAbove, e.sub(x, bias), below], {});
  },
  /** 1 at the first maximum along the axis, or along all from it on as one before opset 13. */
  Hardmax: (r) => {
    const x = input(r, 0);
    const axis = axisAttribute(r, r.opset >= 13 ? -1 : 1);
    const [rows] = r.opset >= 13 ? [x] : r.builder.node('Flatten', [x], { axis });
    const along = r.opset >= 13 ? axis : 1;
    const [best] = r.builder.node('ArgMax', [rows], { axis: along, keepDims: false, selectLast: false });
    const ends = r.builder.constant(fromNumbers(x.dtype, [2], [0, 1]));
    const [one] = r.builder.node('OneHot', [best, ends], { axis: along, depth: sizeOf(rows.shape, along) });
    return add(r, 'Reshape', [one], { shape: x.shape });
  },
  IsInf: (r) => {
    const e = createExpressions(r.builder);
    const x = input(r, 0);
    const [isPositive, isNegative] = [flag(r, 'detect_positive', true), flag(r, 'detect_negative', true)];
    const infinite = e.constant(floatTensor(Number.POSITIVE_INFINITY));
    const sided = isPositive && isNegative ? e.unary('Abs', x) : isNegative ? e.unary('Neg', x) : x;
    if (isPositive || isNegative) return add(r, 'Equal', [sided, e.cast(infinite, x.dtype)], {});
    return add(r, 'Less', [sided, sided], {});
  },
};
