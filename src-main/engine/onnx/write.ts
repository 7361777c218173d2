/** A graph to ONNX bytes. */
import type { Graph, Node, Value } from '../graph/ops.ts';
import { dtypes, type Tensor } from '../graph/tensor.ts';
import { createBlockedWriter } from './blocked-convolution.ts';
import { blockedDomain } from './blocked-writing.ts';
import { encodeModel } from './encode.ts';
import type { OnnxAttribute, OnnxNode, OnnxValue } from './model.ts';
import { openBatch } from './open-batch.ts';
import { type OnnxForm, onnxOpset, toOnnx } from './to-onnx.ts';

export interface WriteOptions {
  /** Becomes the file's metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Leaves the leading axis of inputs and outputs open under the name `n`; the graph must have been built
   * with this batch size, and no node may mix images.
   */
  readonly symbolicBatch?: number;
  /** Writes convolutions for onnxruntime on a processor with blocks of so many channels; such a file serves nowhere else. */
  readonly convolutionBlock?: number | undefined;
}

export function writeOnnx(graph: Graph, options: WriteOptions = {}): Uint8Array<ArrayBuffer> {
  const initializers = new Map<string, Tensor>();
  for (const [value, tensor] of graph.initializers) initializers.set(value.name, tensor);
  const shared = createConstantPool(initializers);
  const { convolutionBlock } = options;
  const writeBlocked =
    convolutionBlock === undefined ? undefined : createBlockedWriter(convolutionBlock, shared);
  const { symbolicBatch } = options;
  const open = symbolicBatch === undefined ? undefined : openBatch(graph);
  const formOf = (node: Node) => open?.(node, toOnnx(node, undefined)) ?? toOnnx(node, symbolicBatch);
  const written = graph.nodes.flatMap((node) => writeBlocked?.(node) ?? writeNode(node, formOf, shared));
  const nodes = writeBlocked ? dropUnread(written, graph) : written;
  return encodeModel({
    irVersion: 10,
    producer: 'fieldstation',
    opsets: new Map([
      ['', onnxOpset],
      ['com.microsoft', 1],
      ...(writeBlocked ? [[blockedDomain, 1] as const] : []),
    ]),
    metadata: new Map(Object.entries(options.metadata ?? {})),
    graph: {
      name: graph.name,
      nodes,
      initializers,
      inputs: graph.inputs.map((value) => writeValue(value, symbolicBatch)),
      outputs: graph.outputs.map((value) => writeValue(value, symbolicBatch)),
    },
  });
}

/** Without what blocked convolutions read around. */
function dropUnread(nodes: readonly OnnxNode[], { outputs }: Graph): readonly OnnxNode[] {
  const read = new Set(outputs.map(({ name }) => name));
  const kept = nodes.toReversed().filter((node) => {
    const isRead = node.outputs.some((output) => read.has(output));
    if (isRead) for (const input of node.inputs) read.add(input);
    return isRead;
  });
  return kept.reverse();
}

/** Gives each distinct small constant one initializer and returns its name. */
function createConstantPool(initializers: Map<string, Tensor>): (tensor: Tensor) => string {
  const names = new Map<string, string>();
  return (tensor) => {
    const key = `${tensor.dtype}[${tensor.shape}]${Array.from<number | bigint>(tensor.elements)}`;
    const name = names.get(key) ?? `k${names.size}.${tensor.dtype}`;
    names.set(key, name);
    initializers.set(name, tensor);
    return name;
  };
}

function writeNode(
  node: Node,
  formOf: (node: Node) => OnnxForm,
  nameConstant: (tensor: Tensor) => string,
): OnnxNode[] {
  const form = formOf(node);
  const outputs: readonly Value[] = node.outputs;
  const nameInput = (input: Value | Tensor | string | undefined): string => {
    if (input === undefined || typeof input === 'string') return input ?? '';
    return 'elements' in input ? nameConstant(input) : input.name;
  };
  const parts = (form.before ?? []).map(({ opType, inputs, output }) => ({
    name: output,
    opType,
    domain: '',
    inputs: inputs.map(nameInput),
    outputs: [output],
    attributes: new Map<string, OnnxAttribute>(),
  }));
  const last = {
    name: node.name,
    opType: form.opType,
    domain: form.domain ?? '',
    inputs: form.inputs.map(nameInput),
    outputs: outputs.map((output) => output.name),
    attributes: new Map<string, OnnxAttribute>(Object.entries(form.attributes ?? {})),
  };
  return [...parts, last];
}

function writeValue(value: Value, batch: number | undefined): OnnxValue {
  const isOpen = batch !== undefined && value.shape[0] === batch;
  return {
    name: value.name,
    elementType: dtypes[value.dtype].onnx,
    shape: isOpen ? ['n', ...value.shape.slice(1)] : value.shape,
  };
}
