/** ONNX's numbers of element types. */
import { type DType, dtypes } from '../graph/tensor.ts';

/** The element type of an ONNX number, if the engine has tensors of it. */
export function findDType(onnxNumber: number): DType | undefined {
  const rows = Object.entries(dtypes) as [DType, { onnx: number }][];
  return rows.find(([, row]) => row.onnx === onnxNumber)?.[0];
}

/** Types that the engine has no tensors for; 0 stands for what is no tensor. */
const foreignTypes: Readonly<Record<number, string>> = {
  0: 'a sequence or an optional value',
  8: 'text',
  14: 'complex numbers',
  15: 'complex numbers',
  16: 'bfloat16',
  17: 'float8',
  18: 'float8',
  19: 'float8',
  20: 'float8',
  21: '4-bit integers',
  22: '4-bit integers',
  23: 'float4',
};

/** In words, for someone who reads an error. */
export function nameElementType(onnxNumber: number): string {
  return findDType(onnxNumber) ?? foreignTypes[onnxNumber] ?? `element type ${onnxNumber}`;
}
