/** Why an operation of a file cannot be read. */
import { AppError } from '../../base/app-error.ts';
import type { OnnxNode } from './model.ts';

/** GRAPH_NOT_TRAINABLE with the node's name, its operation and the reason, also as data. */
export function refuseNode({ name, opType }: OnnxNode, reason: string): AppError {
  return new AppError('GRAPH_NOT_TRAINABLE', `${opType} ${name}: ${reason}`, {
    data: { node: name, op: opType, reason },
  });
}

const recurrent = 'recurrent networks are not supported: export them unrolled, or as a Scan';
const drawsNumbers = 'it draws random numbers, which no seed here decides';

const refusals: Readonly<Record<string, string>> = {
  Loop: 'control flow cannot be trained: how often it runs depends on the data, and must be a constant',
  If: 'control flow cannot be trained: its condition is known only while it runs',
  NonMaxSuppression: 'how many results it gives depends on the data',
  Unique: 'how many results it gives depends on the data',
  Compress: 'how many results it gives depends on the data',
  Bernoulli: drawsNumbers,
  Multinomial: drawsNumbers,
  RandomNormal: drawsNumbers,
  RandomNormalLike: drawsNumbers,
  RandomUniform: drawsNumbers,
  RandomUniformLike: drawsNumbers,
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  StringNormalizer: 'text is not supported',
  TfIdfVectorizer: 'text is not supported',
};

const quantizedOps: ReadonlySet<string> = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'ConvInteger',
  'MatMulInteger',
]);

/** A sentence for someone who wants to know what to change about the file. */
export function explainRefusal(domain: string, opType: string): string {
  if (isQuantized(domain, opType))
    return 'the graph is int8-quantized: train the float model it was made from';
  if (isOptimized(domain, opType))
    return "onnxruntime's optimizer has put it together: take the file from before, or let it optimize at the basic level";
  if (domain !== '' && domain !== 'com.microsoft') return `the operator domain ${domain} is unknown`;
  if (opType.startsWith('Sequence') || opType.startsWith('Optional') || opType.endsWith('Sequence'))
    return 'sequences and optional values are not supported';
  if (domain === '' && Object.hasOwn(refusals, opType)) return refusals[opType] ?? '';
  const key = domain === '' ? opType : `${domain}.${opType}`;
  return `the operation ${key} is not supported`;
}

/** Fused operations, and layouts for one processor. */
function isOptimized(domain: string, opType: string): boolean {
  if (domain === 'com.microsoft.nchwc') return true;
  return domain === 'com.microsoft' && /^(Fused|Bias|FastGelu|Skip|Embed|Grouped|NhwcConv)/.test(opType);
}

function isQuantized(domain: string, opType: string): boolean {
  if (domain !== '' && domain !== 'com.microsoft') return false;
  return quantizedOps.has(opType) || opType.startsWith('QLinear') || opType.startsWith('QGemm');
}
