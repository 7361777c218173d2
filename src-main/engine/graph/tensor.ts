/** Element types, shapes and constant tensors. */
import { assert } from '../../base/app-error.ts';

/** One row per element type: ONNX's number for it, its width, its short name in printed graphs, its storage. */
export const dtypes = {
  float32: { onnx: 1, bytes: 4, short: 'f32', storage: Float32Array },
  uint8: { onnx: 2, bytes: 1, short: 'u8', storage: Uint8Array },
  int8: { onnx: 3, bytes: 1, short: 'i8', storage: Int8Array },
  uint16: { onnx: 4, bytes: 2, short: 'u16', storage: Uint16Array },
  int16: { onnx: 5, bytes: 2, short: 'i16', storage: Int16Array },
  int32: { onnx: 6, bytes: 4, short: 'i32', storage: Int32Array },
  int64: { onnx: 7, bytes: 8, short: 'i64', storage: BigInt64Array },
  bool: { onnx: 9, bytes: 1, short: 'bool', storage: Uint8Array },
  float16: { onnx: 10, bytes: 2, short: 'f16', storage: Uint16Array },
  float64: { onnx: 11, bytes: 8, short: 'f64', storage: Float64Array },
  uint32: { onnx: 12, bytes: 4, short: 'u32', storage: Uint32Array },
  uint64: { onnx: 13, bytes: 8, short: 'u64', storage: BigUint64Array },
} as const;

export type DType = keyof typeof dtypes;

/** Sizes of all axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export type TensorStorage =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint32Array
  | BigUint64Array
  | Int32Array
  | BigInt64Array
  | Uint16Array;

/** A constant; `elements` is row-major and has as many entries as the shape says. */
export interface Tensor extends TensorType {
  readonly elements: TensorStorage;
}

export function countElements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function createTensor(dtype: DType, shape: Shape, elements: TensorStorage): Tensor {
  assert(elements instanceof dtypes[dtype].storage, `${dtype} tensor has the wrong storage`);
  assert(elements.length === countElements(shape), `${elements.length} elements for shape [${shape}]`);
  return { dtype, shape, elements };
}

/** A float32 constant; a scalar from a number, a vector from an array. */
export function floatTensor(values: number | readonly number[] | Float32Array, shape?: Shape): Tensor {
  const elements = typeof values === 'number' ? Float32Array.of(values) : Float32Array.from(values);
  return createTensor('float32', shape ?? (typeof values === 'number' ? [] : [elements.length]), elements);
}

/** An int64 vector, the form in which ONNX takes axes, shapes and pads. */
export function int64Tensor(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return createTensor('int64', shape, BigInt64Array.from(values, BigInt));
}

export function int32Tensor(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return createTensor('int32', shape, Int32Array.from(values));
}

/** The elements as plain numbers; int64 beyond 2^53 loses digits, float16 is widened. */
export function toNumbers({ dtype, elements }: Tensor): number[] {
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array)
    return Array.from(elements, Number);
  return dtype === 'float16' ? Array.from(elements, fromFloat16Bits) : Array.from(elements);
}

/** A tensor of the type from plain numbers, rounded as the type's storage rounds. */
export function fromNumbers(dtype: DType, shape: Shape, values: readonly number[]): Tensor {
  switch (dtype) {
    case 'int64':
      return createTensor(dtype, shape, BigInt64Array.from(values, toInt64));
    case 'uint64':
      return createTensor(
        dtype,
        shape,
        BigUint64Array.from(values, (value) => BigInt(Math.trunc(value))),
      );
    case 'bool':
      return createTensor(
        dtype,
        shape,
        Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
      );
    case 'float16':
      return createTensor(dtype, shape, Uint16Array.from(values, toFloat16Bits));
    default:
      return createTensor(dtype, shape, dtypes[dtype].storage.from(values));
  }
}

/** Numbers beyond 64 bits become the nearest that there is, as does NaN (0). */
function toInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

/** IEEE 754 binary16 to a number. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A number to IEEE 754 binary16, to nearest, ties to even. */
export function toFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  const steps = roundToEven(magnitude / 2 ** (exponent - 10));
  return sign | (magnitude < 2 ** -14 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `f32[8,64,40,40]`, as printed graphs and error messages name a type. */
export function printType(type: TensorType): string {
  return `${dtypes[type.dtype].short}[${type.shape.join(',')}]`;
}

export function isSameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** The size of an axis that the caller knows to exist. */
export function sizeOf(shape: Shape, axis: number): number {
  const size = shape.at(axis);
  assert(size !== undefined, `axis ${axis} of shape [${shape}]`);
  return size;
}
