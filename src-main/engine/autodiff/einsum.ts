/** The gradient of an Einstein sum: for each factor, an Einstein sum of dy with the other factors. */
import type { Expressions } from '../graph/expressions.ts';
import type { Value } from '../graph/ops.ts';
import { parseEquation } from '../graph/shapes-of-indexing.ts';
import { countElements, createTensor, type Shape, sizeOf } from '../graph/tensor.ts';

interface Factor {
  readonly letters: string;
  readonly value: Value;
}

/**
 * Letters of the factor that no other factor and not dy have were summed over: the gradient
 * is constant along them. Letters that the factor has twice took its diagonal: the gradient is zero beside it.
 */
export function einsumGradient(
  e: Expressions,
  inputs: readonly Value[],
  equation: string,
  position: number,
  dy: Value,
): Value {
  const { operands, output } = parseEquation(equation);
  const factors = inputs.map((value, index) => ({ letters: operands[index] ?? '', value }));
  const own = factors[position];
  if (!own) throw new Error(`bug: ${equation} has no factor ${position}`);
  const sources = [{ letters: output, value: dy }, ...factors.toSpliced(position, 1)];
  const letters = [...new Set(own.letters)];
  const sizes = letters.map((letter) => sizeOf(own.value.shape, own.letters.indexOf(letter)));
  const isVarying = (letter: string, size: number) =>
    size > 1 && sources.some((source) => hasSize(source, letter, size));
  const varying = letters.filter((letter, index) => isVarying(letter, sizes[index] ?? 1));
  const sum = multiply(e, sources, varying.join(''));
  const kept = letters.map((letter, index) => (varying.includes(letter) ? (sizes[index] ?? 1) : 1));
  const compact = e.expand(e.reshape(sum, kept), sizes);
  return letters.length === own.letters.length ? compact : embedDiagonal(e, compact, letters, own);
}

function hasSize({ letters, value }: Factor, letter: string, size: number): boolean {
  return letters.includes(letter) && value.shape[letters.indexOf(letter)] === size;
}

function multiply(e: Expressions, factors: readonly Factor[], output: string): Value {
  const equation = `${factors.map(({ letters }) => letters).join(',')}->${output}`;
  const values = factors.map(({ value }) => value);
  return e.builder.node('Einsum', values, { equation })[0];
}

/** From one axis per letter to the factor's axes, zero where the axes of one letter differ. */
function embedDiagonal(e: Expressions, compact: Value, letters: readonly string[], own: Factor): Value {
  const firsts = letters.map((letter) => own.letters.indexOf(letter));
  const shape = own.value.shape.map((size, axis) => (firsts.includes(axis) ? size : 1));
  const mask = createTensor('float32', own.value.shape, diagonalMask(own.letters, own.value.shape));
  return e.mul(e.reshape(compact, shape), e.constant(mask));
}

function diagonalMask(letters: string, shape: Shape): Float32Array {
  const strides = shape.map((_, axis) => countElements(shape.slice(axis + 1)));
  const indexOn = (element: number, axis: number) =>
    Math.floor(element / (strides[axis] ?? 1)) % (shape[axis] ?? 1);
  const isOnDiagonal = (element: number) =>
    letters
      .split('')
      .every((letter, axis) => indexOn(element, axis) === indexOn(element, letters.indexOf(letter)));
  return Float32Array.from({ length: countElements(shape) }, (_, element) => (isOnDiagonal(element) ? 1 : 0));
}
