/** How Attention (since opset 23) is read: written out in products and a softmax, as older exporters do themselves. */
import { createExpressions, type Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { fromNumbers, sizeOf } from '../graph/tensor.ts';
import {
  flag,
  float,
  hasOutput,
  input,
  int,
  type NodeReading,
  type ReadRule,
  unsupported,
} from './node-reading.ts';

export const attentionRules: Readonly<Record<string, ReadRule>> = {
  Attention: (r) => {
    if (r.inputs[4] || r.inputs[5] || [1, 2, 3].some((position) => hasOutput(r, position)))
      throw unsupported(r, 'keys and values of earlier calls are not supported');
    const e = createExpressions(r.builder);
    const [query, key, value] = [input(r, 0), input(r, 1), input(r, 2)];
    const queryHeads = query.shape.length === 4 ? sizeOf(query.shape, 1) : int(r, 'q_num_heads', 1);
    const keyHeads = key.shape.length === 4 ? sizeOf(key.shape, 1) : int(r, 'kv_num_heads', 1);
    const q = splitHeads(e, query, queryHeads);
    const repeat = (x: Value) => repeatHeads(e, splitHeads(e, x, keyHeads), queryHeads / keyHeads);
    const scores = mask(e, r, scoreKeys(e, r, q, repeat(key)));
    const [weights] = e.builder.node('Softmax', [scores], { axis: 3 });
    return joinHeads(r, e.matMul(weights, repeat(value)), query);
  },
};

/** `[n, length, heads d]` to `[n, heads, length, d]`, which others have already. */
function splitHeads(e: Expressions, x: Value, heads: number): Value {
  if (x.shape.length !== 3) return x;
  const [n, length, width] = [sizeOf(x.shape, 0), sizeOf(x.shape, 1), sizeOf(x.shape, 2)];
  return e.transpose(e.reshape(x, [n, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** Each head of keys or values serves several heads of queries. */
function repeatHeads(e: Expressions, x: Value, times: number): Value {
  if (times === 1) return x;
  const [n = 1, heads = 1, length = 1, width = 1] = x.shape;
  const wide = e.expand(e.reshape(x, [n, heads, 1, length, width]), [n, heads, times, length, width]);
  return e.reshape(wide, [n, heads * times, length, width]);
}

/** scale q kᵀ `[n, heads, queries, keys]`, bent to ± softcap where that is given. */
function scoreKeys(e: Expressions, r: NodeReading, q: Value, k: Value): Value {
  const scale = float(r, 'scale', 1 / Math.sqrt(sizeOf(q.shape, 3)));
  const scores = e.mul(e.matMul(q, e.transpose(k, [0, 1, 3, 2])), scale);
  const cap = float(r, 'softcap', 0);
  return cap === 0 ? scores : e.mul(e.unary('Tanh', e.div(scores, cap)), cap);
}

/** Numbers of a mask are added, truths keep; causal: no query looks at later keys. */
function mask(e: Expressions, r: NodeReading, scores: Value): Value {
  const given = r.inputs[3];
  const hide = (isKept: Value, from: Value) =>
    e.where(isKept, from, e.scalar(Number.NEGATIVE_INFINITY, from.dtype));
  const masked = !given ? scores : given.dtype === 'bool' ? hide(given, scores) : e.add(scores, given);
  if (!flag(r, 'is_causal')) return masked;
  const [queries, keys] = [sizeOf(scores.shape, 2), sizeOf(scores.shape, 3)];
  const kept = Array.from({ length: queries * keys }, (_, index) =>
    Number(index % keys <= Math.floor(index / keys)),
  );
  return hide(e.constant(fromNumbers('bool', [queries, keys], kept)), masked);
}

/** Back to the form of the queries. */
function joinHeads(r: NodeReading, y: Value, query: Value): readonly Value[] {
  if (query.shape.length !== 3) return r.builder.node('Identity', [y], {}, r.names);
  const [n = 1, heads = 1, length = 1, width = 1] = y.shape;
  const [turned] = r.builder.node('Transpose', [y], { permutation: [0, 2, 1, 3] });
  return r.builder.node('Reshape', [turned], { shape: [n, length, heads * width] }, r.names);
}
