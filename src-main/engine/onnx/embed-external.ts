/** Puts the tensors that a model keeps in other files into its own; every other byte stays. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { AppError } from '../../base/app-error.ts';
import { type ReadExternal, readElsewhere } from './decode.ts';

/** What protobuf, and so an ONNX file, can hold. */
const mostBytes = 2 ** 31 - 1;
/** As deep as graphs in graphs are read at all. */
const deepestNesting = 32;

interface Embedding {
  readonly readExternal: ReadExternal;
  readonly depth: number;
  /** Bytes that may still be taken in, shared by all of a file. */
  readonly room: { bytes: number };
}

/**
 * @returns the same bytes where nothing lies elsewhere
 * @throws AppError MODEL_UNREADABLE naming tensor and file; whatever the wire reader throws for bytes that do not parse
 */
export function embedExternal(model: Uint8Array, readExternal: ReadExternal): Uint8Array {
  const embedding = { readExternal, depth: 0, room: { bytes: mostBytes - model.length } };
  return rewrite(model, {
    7: (graph) => embedInGraph(graph, embedding),
    25: (called) => rewrite(called, { 7: (node) => embedInNode(node, embedding) }),
  });
}

function embedInGraph(graph: Uint8Array, embedding: Embedding): Uint8Array {
  if (embedding.depth > deepestNesting) return graph;
  return rewrite(graph, {
    1: (node) => embedInNode(node, embedding),
    5: (tensor) => embedTensor(tensor, embedding),
  });
}

function embedInNode(node: Uint8Array, embedding: Embedding): Uint8Array {
  const inside = { ...embedding, depth: embedding.depth + 1 };
  return rewrite(node, {
    5: (attribute) =>
      rewrite(attribute, {
        5: (tensor) => embedTensor(tensor, embedding),
        6: (graph) => embedInGraph(graph, inside),
        10: (tensor) => embedTensor(tensor, embedding),
        11: (graph) => embedInGraph(graph, inside),
      }),
  });
}

/** Fields 13 and 14 tell where the bytes lie, 9 holds them, 8 is the name. */
function embedTensor(tensor: Uint8Array, { readExternal, room }: Embedding): Uint8Array {
  const entries = new Map<string, string>();
  const kept = new BinaryWriter();
  let [name, isExternal] = ['', false];
  for (const { field, wire, payload } of listFields(tensor)) {
    if (field === 8) name = readText(payload);
    if (field === 14) isExternal = new BinaryReader(payload).int32() === 1;
    if (field === 13) entries.set(...readEntry(payload));
    if (field !== 13 && field !== 14) kept.tag(field, wire).raw(payload);
  }
  if (!isExternal) return tensor;
  const bytes = readElsewhere(name, entries, readExternal);
  room.bytes -= bytes.length;
  if (room.bytes < 0)
    throw new AppError('MODEL_UNREADABLE', `expected a model of at most 2 GiB, found more at tensor ${name}`);
  return kept.tag(9, WireType.LengthDelimited).bytes(bytes).finish();
}

/** A message with other messages inside, where these are others. */
function rewrite(
  message: Uint8Array,
  fields: Readonly<Record<number, (payload: Uint8Array) => Uint8Array>>,
): Uint8Array {
  const writer = new BinaryWriter();
  let isChanged = false;
  for (const { field, wire, payload } of listFields(message)) {
    const change = wire === WireType.LengthDelimited ? fields[field] : undefined;
    const content = change && new BinaryReader(payload).bytes();
    const changed = content && change(content);
    writer.tag(field, wire);
    if (changed) writer.bytes(changed);
    else writer.raw(payload);
    isChanged ||= changed !== content;
  }
  return isChanged ? writer.finish() : message;
}

/** @yields payloads as they lie, with the length before them where they have one */
function* listFields(message: Uint8Array) {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    yield { field, wire, payload: reader.skip(wire, field) };
  }
}

function readText(payload: Uint8Array): string {
  return new BinaryReader(payload).string();
}

function readEntry(payload: Uint8Array): [string, string] {
  const pair: [string, string] = ['', ''];
  for (const { field, payload: text } of listFields(new BinaryReader(payload).bytes())) {
    if (field === 1) pair[0] = readText(text);
    if (field === 2) pair[1] = readText(text);
  }
  return pair;
}
