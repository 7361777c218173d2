/** Bytes to ONNX records; hostile bytes end in an error, never in a hang or a huge allocation. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AppError } from '../../base/app-error.ts';
import {
  countElements,
  createTensor,
  dtypes,
  fromNumbers,
  type Shape,
  type Tensor,
} from '../graph/tensor.ts';
import { findDType, nameElementType } from './element-types.ts';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './model.ts';

/** Where a tensor's bytes lie, if not in the model's own. */
export interface ExternalLocation {
  /** Relative to the model's file. */
  readonly location: string;
  readonly offset: number;
  /** In bytes; to the end of the file if absent. */
  readonly length: number | undefined;
}

export type ReadExternal = (place: ExternalLocation) => Uint8Array;

/**
 * @param readExternal finds data that the model keeps in other files; without it such a model is refused
 * @throws AppError MODEL_UNREADABLE
 */
export function decodeModel(bytes: Uint8Array, readExternal?: ReadExternal): OnnxModel {
  try {
    return readModel(bytes, { readExternal, depth: 0 });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'MODEL_UNREADABLE',
      `expected an ONNX file, found bytes that do not parse: ${reason}`,
      {
        cause,
      },
    );
  }
}

/**
 * A tensor in a file of its own, as ONNX's test data are.
 * @throws AppError MODEL_UNREADABLE
 */
export function decodeTensor(bytes: Uint8Array): Tensor {
  return readTensor(bytes, { readExternal: undefined, depth: 0 })[1];
}

/** What all of a file's parts need to know. */
interface Decoding {
  readonly readExternal: ReadExternal | undefined;
  /** Subgraphs around. */
  readonly depth: number;
}

/** Messages in messages must not exhaust the stack. */
const deepestNesting = 32;

function readModel(bytes: Uint8Array, decoding: Decoding): OnnxModel {
  const functions: OnnxFunction[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producer = '';
  let graph: OnnxGraph | undefined;
  readFields(bytes, {
    1: (reader) => (irVersion = Number(reader.int64())),
    2: (reader) => (producer = reader.string()),
    7: (reader) => (graph = readGraph(reader.bytes(), decoding)),
    8: (reader) => {
      const { domain, version } = readOpset(reader.bytes());
      opsets.set(domain, version);
    },
    14: (reader) => {
      const [key, value] = readTwoStrings(reader.bytes());
      metadata.set(key, value);
    },
    25: (reader) => functions.push(readFunction(reader.bytes(), decoding)),
  });
  if (!graph) throw unreadable('expected an ONNX file with a graph, found none');
  return { irVersion, producer, opsets, metadata, graph, functions };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  readFields(bytes, {
    1: (reader) => (domain = reader.string()),
    2: (reader) => (version = Number(reader.int64())),
  });
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

function readTwoStrings(bytes: Uint8Array): [string, string] {
  const pair: [string, string] = ['', ''];
  readFields(bytes, {
    1: (reader) => (pair[0] = reader.string()),
    2: (reader) => (pair[1] = reader.string()),
  });
  return pair;
}

function readFunction(bytes: Uint8Array, decoding: Decoding): OnnxFunction {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const defaults = new Map<string, OnnxAttribute>();
  const nodes: OnnxNode[] = [];
  const opsets = new Map<string, number>();
  const text = { name: '', domain: '' };
  readFields(bytes, {
    1: (reader) => (text.name = reader.string()),
    4: (reader) => inputs.push(reader.string()),
    5: (reader) => outputs.push(reader.string()),
    7: (reader) => nodes.push(readNode(reader.bytes(), decoding)),
    9: (reader) => {
      const { domain, version } = readOpset(reader.bytes());
      opsets.set(domain, version);
    },
    10: (reader) => (text.domain = reader.string()),
    11: (reader) => {
      const [name, attribute] = readAttribute(reader.bytes(), decoding);
      defaults.set(name, attribute);
    },
  });
  const domain = text.domain === 'ai.onnx' ? '' : text.domain;
  return { name: text.name, domain, inputs, outputs, defaults, nodes, opsets };
}

function readGraph(bytes: Uint8Array, decoding: Decoding): OnnxGraph {
  if (decoding.depth > deepestNesting) throw unreadable('graphs are nested too deep');
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, Tensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  let name = '';
  readFields(bytes, {
    1: (reader) => nodes.push(readNode(reader.bytes(), decoding)),
    2: (reader) => (name = reader.string()),
    5: (reader) => {
      const [tensorName, tensor] = readTensor(reader.bytes(), decoding);
      initializers.set(tensorName, tensor);
    },
    11: (reader) => inputs.push(readValue(reader.bytes())),
    12: (reader) => outputs.push(readValue(reader.bytes())),
    15: () => {
      throw unreadable('expected dense initializers, found a sparse one');
    },
  });
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array, decoding: Decoding): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  const text = { name: '', opType: '', domain: '' };
  readFields(bytes, {
    1: (reader) => inputs.push(reader.string()),
    2: (reader) => outputs.push(reader.string()),
    3: (reader) => (text.name = reader.string()),
    4: (reader) => (text.opType = reader.string()),
    5: (reader) => {
      const [name, attribute] = readAttribute(reader.bytes(), decoding);
      attributes.set(name, attribute);
    },
    7: (reader) => (text.domain = reader.string()),
  });
  const domain = text.domain === 'ai.onnx' ? '' : text.domain;
  return { name: text.name, opType: text.opType, domain, inputs, outputs, attributes };
}

/** Old writers leave out the kind, so the field that is there decides; a list field stays a list. */
function readAttribute(bytes: Uint8Array, decoding: Decoding): [string, OnnxAttribute] {
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let name = '';
  let type = 0;
  let reference = '';
  let single: OnnxAttribute | undefined;
  readFields(bytes, {
    1: (reader) => (name = reader.string()),
    2: (reader) => (single = { kind: 'float', value: shortenFloat(reader.float()) }),
    3: (reader) => (single = { kind: 'int', value: Number(reader.int64()) }),
    4: (reader) => (single = { kind: 'string', value: reader.string() }),
    5: (reader) => (single = { kind: 'tensor', value: readTensor(reader.bytes(), decoding)[1] }),
    6: (reader) => {
      const graph = readGraph(reader.bytes(), { ...decoding, depth: decoding.depth + 1 });
      single = { kind: 'graph', value: graph };
    },
    7: (reader, wire) => floats.push(...readPacked(reader, wire, (packed) => packed.float())),
    8: (reader, wire) => ints.push(...readPacked(reader, wire, (packed) => Number(packed.int64()))),
    9: (reader) => strings.push(reader.string()),
    20: (reader) => (type = reader.int32()),
    21: (reader) => (reference = reader.string()),
  });
  if (reference !== '') return [name, { kind: 'reference', value: reference }];
  if (floats.length > 0 || type === 6) return [name, { kind: 'floats', value: floats }];
  if (ints.length > 0 || type === 7) return [name, { kind: 'ints', value: ints }];
  if (strings.length > 0 || type === 8) return [name, { kind: 'strings', value: strings }];
  return [name, single ?? zeroAttribute(type)];
}

/** The shortest decimal that is this float32: 1e-5 instead of 0.000009999999747378752. */
function shortenFloat(value: number): number {
  const candidates = [6, 7, 8].map((digits) => Number(value.toPrecision(digits)));
  return candidates.find((candidate) => Math.fround(candidate) === value) ?? value;
}

/** Protobuf leaves out zeros, so a kind without a field is that kind's zero. */
function zeroAttribute(type: number): OnnxAttribute {
  if (type === 1) return { kind: 'float', value: 0 };
  if (type === 2) return { kind: 'int', value: 0 };
  if (type === 3) return { kind: 'string', value: '' };
  return { kind: 'other', value: undefined };
}

function readTensor(bytes: Uint8Array, decoding: Decoding): [string, Tensor] {
  const shape: number[] = [];
  const typed: number[] = [];
  const external = new Map<string, string>();
  let name = '';
  let type = 0;
  let isExternal = false;
  let raw: Uint8Array | undefined;
  const take = (read: (packed: BinaryReader) => number) => (reader: BinaryReader, wire: WireType) =>
    append(typed, readPacked(reader, wire, read));
  readFields(bytes, {
    1: (reader, wire) => shape.push(...readPacked(reader, wire, (packed) => Number(packed.int64()))),
    2: (reader) => (type = reader.int32()),
    4: take((packed) => packed.float()),
    5: take((packed) => packed.int32()),
    7: take((packed) => Number(packed.int64())),
    8: (reader) => (name = reader.string()),
    9: (reader) => (raw = reader.bytes()),
    10: take((packed) => packed.double()),
    11: take((packed) => Number(packed.uint64())),
    13: (reader) => external.set(...readTwoStrings(reader.bytes())),
    14: (reader) => (isExternal = reader.int32() === 1),
  });
  if (isExternal) raw = readElsewhere(name, external, decoding.readExternal);
  return [name, assembleTensor(name, type, shape, raw, typed)];
}

/**
 * The bytes of a tensor that its file names another file for.
 * @throws AppError MODEL_UNREADABLE
 */
export function readElsewhere(
  name: string,
  entries: ReadonlyMap<string, string>,
  readExternal: ReadExternal | undefined,
): Uint8Array {
  const location = entries.get('location') ?? '';
  if (!readExternal)
    throw unreadable(`tensor ${name}: expected its data in the file, found them in ${location}`);
  const number = (key: string) => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw unreadable(`tensor ${name}: expected a number as ${key}, found ${text}`);
  };
  const [offset = 0, length] = [number('offset'), number('length')];
  return readExternal({ location, offset, length });
}

function assembleTensor(
  name: string,
  type: number,
  shape: Shape,
  raw: Uint8Array | undefined,
  typed: readonly number[],
): Tensor {
  const dtype = findDType(type);
  if (!dtype)
    throw unreadable(
      `tensor ${name}: ${nameElementType(type)} is not supported: export with float32 or float16`,
    );
  if (shape.length > 64 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw unreadable(`tensor ${name}: expected a shape, found [${shape.slice(0, 64)}]`);
  const count = countElements(shape);
  const found = raw ? raw.byteLength / dtypes[dtype].bytes : typed.length;
  if (found !== count)
    throw unreadable(`tensor ${name}: shape [${shape}] wants ${count} elements, found ${found}`);
  if (!raw)
    return dtype === 'float16'
      ? createTensor(dtype, shape, Uint16Array.from(typed))
      : fromNumbers(dtype, shape, typed);
  return createTensor(dtype, shape, new dtypes[dtype].storage(Uint8Array.from(raw).buffer));
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let elementType = 0;
  let shape: (number | string)[] | undefined;
  readFields(bytes, {
    1: (reader) => (name = reader.string()),
    2: (type) =>
      readFields(type.bytes(), {
        1: (tensorType) =>
          readFields(tensorType.bytes(), {
            1: (reader) => (elementType = reader.int32()),
            2: (reader) => (shape = readShape(reader.bytes())),
          }),
      }),
  });
  return { name, elementType, shape };
}

function readShape(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = [];
  readFields(bytes, {
    1: (dimension) => {
      let size: number | string = '';
      readFields(dimension.bytes(), {
        1: (reader) => (size = Number(reader.int64())),
        2: (reader) => (size = reader.string()),
      });
      shape.push(size);
    },
  });
  return shape;
}

type FieldReader = (reader: BinaryReader, wire: WireType) => unknown;

function readFields(bytes: Uint8Array, fields: Readonly<Record<number, FieldReader>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const read = fields[field];
    if (read) read(reader, wire);
    else reader.skip(wire, field);
  }
}

/** A repeated number field: one entry, or many in a packed run. */
function readPacked(reader: BinaryReader, wire: WireType, read: (reader: BinaryReader) => number): number[] {
  if (wire !== WireType.LengthDelimited) return [read(reader)];
  const packed = new BinaryReader(reader.bytes());
  const values: number[] = [];
  while (packed.pos < packed.len) values.push(read(packed));
  return values;
}

/** Spreading millions of entries into push would overflow the stack. */
function append(target: number[], values: readonly number[]): void {
  for (const value of values) target.push(value);
}

function unreadable(message: string): AppError {
  return new AppError('MODEL_UNREADABLE', message);
}
