/** ONNX records to bytes. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { dtypes, type Tensor } from '../graph/tensor.ts';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './model.ts';

export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(model.irVersion);
  writeString(writer, 2, model.producer);
  writeMessage(writer, 7, (inner) => writeGraph(inner, model.graph));
  for (const [domain, version] of model.opsets) {
    writeMessage(writer, 8, (inner) => writeOpset(inner, domain, version));
  }
  for (const [key, value] of model.metadata) {
    writeMessage(writer, 14, (inner) => {
      writeString(inner, 1, key);
      writeString(inner, 2, value);
    });
  }
  for (const one of model.functions ?? []) writeMessage(writer, 25, (inner) => writeFunction(inner, one));
  return Uint8Array.from(writer.finish());
}

function writeFunction(writer: BinaryWriter, one: OnnxFunction): void {
  writeString(writer, 1, one.name);
  for (const name of one.inputs) writeString(writer, 4, name);
  for (const name of one.outputs) writeString(writer, 5, name);
  for (const node of one.nodes) writeMessage(writer, 7, (inner) => writeNode(inner, node));
  for (const [domain, version] of one.opsets) {
    writeMessage(writer, 9, (inner) => writeOpset(inner, domain, version));
  }
  writeString(writer, 10, one.domain);
  for (const [name, attribute] of one.defaults) {
    writeMessage(writer, 11, (inner) => writeAttribute(inner, name, attribute));
  }
}

function writeOpset(writer: BinaryWriter, domain: string, version: number): void {
  writeString(writer, 1, domain);
  writer.tag(2, WireType.Varint).int64(version);
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writeMessage(writer, 1, (inner) => writeNode(inner, node));
  writeString(writer, 2, graph.name);
  for (const [name, tensor] of graph.initializers) {
    writeMessage(writer, 5, (inner) => writeTensor(inner, tensor, name));
  }
  for (const input of graph.inputs) writeMessage(writer, 11, (inner) => writeValue(inner, input));
  for (const output of graph.outputs) writeMessage(writer, 12, (inner) => writeValue(inner, output));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input);
  for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output);
  writeString(writer, 3, node.name);
  writeString(writer, 4, node.opType);
  for (const [name, attribute] of node.attributes) {
    writeMessage(writer, 5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== '') writeString(writer, 7, node.domain);
}

/** Field 20 is the kind, as AttributeProto.AttributeType numbers it. */
function writeAttribute(writer: BinaryWriter, name: string, attribute: OnnxAttribute): void {
  writeString(writer, 1, name);
  const kind = (type: number) => writer.tag(20, WireType.Varint).int32(type);
  switch (attribute.kind) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      kind(1);
      break;
    case 'int':
      writer.tag(3, WireType.Varint).int64(attribute.value);
      kind(2);
      break;
    case 'string':
      writeString(writer, 4, attribute.value);
      kind(3);
      break;
    case 'tensor':
      writeMessage(writer, 5, (inner) => writeTensor(inner, attribute.value, ''));
      kind(4);
      break;
    case 'floats':
      for (const value of attribute.value) writer.tag(7, WireType.Bit32).float(value);
      kind(6);
      break;
    case 'ints':
      for (const value of attribute.value) writer.tag(8, WireType.Varint).int64(value);
      kind(7);
      break;
    case 'strings':
      for (const value of attribute.value) writer.tag(9, WireType.LengthDelimited).string(value);
      kind(8);
      break;
    case 'graph':
      writeMessage(writer, 6, (inner) => writeGraph(inner, attribute.value));
      kind(5);
      break;
    case 'reference':
      writeString(writer, 21, attribute.value);
      break;
    case 'other':
      throw new Error(`bug: attribute ${name} cannot be written`);
  }
}

function writeTensor(writer: BinaryWriter, tensor: Tensor, name: string): void {
  for (const size of tensor.shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(dtypes[tensor.dtype].onnx);
  if (name !== '') writeString(writer, 8, name);
  const { buffer, byteOffset, byteLength } = tensor.elements;
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  writeString(writer, 1, value.name);
  writeMessage(writer, 2, (type) =>
    writeMessage(type, 1, (tensorType) => {
      tensorType.tag(1, WireType.Varint).int32(value.elementType);
      if (value.shape) writeMessage(tensorType, 2, (shape) => writeShape(shape, value.shape ?? []));
    }),
  );
}

function writeShape(writer: BinaryWriter, shape: readonly (number | string)[]): void {
  for (const size of shape) {
    writeMessage(writer, 1, (dimension) => {
      if (typeof size === 'number') dimension.tag(1, WireType.Varint).int64(size);
      else if (size !== '') writeString(dimension, 2, size);
    });
  }
}

function writeString(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function writeMessage(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
