/** Gradients of scattering, for each way of joining an update with what stands at its place. */
import type { Expressions } from '../graph/expressions.ts';
import type { OpTable, ScatterReduction, Value } from '../graph/ops.ts';
import { countElements, sizeOf } from '../graph/tensor.ts';
import { addAt, rowNumbers, zeros } from './indexing.ts';

interface Request<K extends 'ScatterElements' | 'ScatterND'> {
  readonly e: Expressions;
  readonly inputs: OpTable[K]['inputs'];
  readonly attributes: OpTable[K]['attributes'];
  readonly outputs: OpTable[K]['outputs'];
  readonly dy: Value;
}

type Gradients = readonly ((() => Value) | null)[];

/** A scatter along one axis, `y = x` joined with the updates at the indices. */
interface Scatter {
  readonly e: Expressions;
  readonly x: Value;
  readonly indices: Value;
  readonly updates: Value;
  readonly axis: number;
  readonly reduction: ScatterReduction;
  readonly y: Value;
}

interface Pair {
  readonly x: Value;
  readonly updates: Value;
}

/** `none` overwrites: the elements of x get nothing there, and of equal indices each gets what the last one should. */
export function scatterElementsGradients(request: Request<'ScatterElements'>): Gradients {
  const { e, inputs, attributes, outputs, dy } = request;
  const [x, indices, updates] = inputs;
  const { axis, reduction } = attributes;
  const scatter = { e, x, indices, updates, axis, reduction, y: outputs[0] };
  if (reduction !== 'none' && reduction !== 'add') return reducedGradients(scatter, dy);
  const overwrite = () =>
    e.builder.node('ScatterElements', [dy, indices, zeros(e, updates.shape)], { axis, reduction: 'none' })[0];
  return [() => (reduction === 'add' ? dy : overwrite()), null, () => gather(scatter, dy)];
}

/** The index tuples of products and extremes become row numbers of x `[rows, inner]`, where these are written out. */
export function scatterNDGradients(request: Request<'ScatterND'>): Gradients {
  const { e, inputs, attributes, outputs, dy } = request;
  const [x, indices, updates] = inputs;
  const { reduction } = attributes;
  if (reduction === 'none' || reduction === 'add') {
    const overwrite = () =>
      e.builder.node('ScatterND', [dy, indices, zeros(e, updates.shape)], { reduction: 'none' })[0];
    return [
      () => (reduction === 'add' ? dy : overwrite()),
      null,
      () => e.builder.node('GatherND', [dy, indices], { batchDims: 0 })[0],
    ];
  }
  const depth = sizeOf(indices.shape, -1);
  const rows = countElements(x.shape.slice(0, depth));
  const inner = countElements(x.shape.slice(depth));
  const count = countElements(indices.shape) / depth;
  const numbers = e.reshape(rowNumbers(e, x.shape, indices, 0), [count, 1]);
  const flat = (value: Value) => e.reshape(value, [rows, inner]);
  const scatter = {
    e,
    x: flat(x),
    indices: e.expand(numbers, [count, inner]),
    updates: e.reshape(updates, [count, inner]),
    axis: 0,
    reduction,
    y: flat(outputs[0]),
  };
  const [ofX, , ofUpdates] = reducedGradients(scatter, flat(dy));
  return [
    ofX ? () => e.reshape(ofX(), x.shape) : null,
    null,
    ofUpdates ? () => e.reshape(ofUpdates(), updates.shape) : null,
  ];
}

function reducedGradients(scatter: Scatter, dy: Value): Gradients {
  const shares = scatter.reduction === 'mul' ? productOfOthers(scatter) : shareAmongExtremes(scatter);
  const { e } = scatter;
  return [() => e.mul(dy, shares.x), null, () => e.mul(gather(scatter, dy), shares.updates)];
}

/** What equals the extreme at its place shares the gradient evenly, as PyTorch has it. */
function shareAmongExtremes(scatter: Scatter): Pair {
  const { e, x, updates, y } = scatter;
  const isExtreme = { x: e.isEqual(x, y), updates: e.isEqual(updates, gather(scatter, y)) };
  const count = total(scatter, isExtreme);
  return {
    x: e.div(isExtreme.x, count),
    updates: e.div(isExtreme.updates, gather(scatter, count)),
  };
}

/** For each factor the product of the others at its place, also where some are zero. */
function productOfOthers(scatter: Scatter): Pair {
  const { e, x, indices, updates, axis } = scatter;
  const isZero = { x: e.isEqual(x, zeros(e, x.shape)), updates: e.isEqual(updates, zeros(e, updates.shape)) };
  const zeroFree = { x: e.add(x, isZero.x), updates: e.add(updates, isZero.updates) };
  const inputs = [zeroFree.x, indices, zeroFree.updates] as const;
  const [product] = e.builder.node('ScatterElements', inputs, { axis, reduction: 'mul' });
  const zeroCount = total(scatter, isZero);
  const others = (products: Value, factor: Value, zerosThere: Value, own: Value) =>
    e.mul(e.div(products, factor), e.isEqual(e.sub(zerosThere, own), zeros(e, own.shape)));
  return {
    x: others(product, zeroFree.x, zeroCount, isZero.x),
    updates: others(gather(scatter, product), zeroFree.updates, gather(scatter, zeroCount), isZero.updates),
  };
}

/** For each place the sum over its element of x and its updates. */
function total({ e, indices, axis }: Scatter, { x, updates }: Pair): Value {
  return addAt(e, x, indices, updates, axis);
}

function gather({ e, indices, axis }: Scatter, value: Value): Value {
  return e.builder.node('GatherElements', [value, indices], { axis })[0];
}
