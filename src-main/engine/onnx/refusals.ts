/** Why an operation of a file cannot be read. */

const refusals: Readonly<Record<string, string>> = {
  Loop: 'control flow cannot be trained: how often it runs is known only while it runs',
  Scan: 'control flow cannot be trained: how often it runs is known only while it runs',
  If: 'control flow cannot be trained: its condition is known only while it runs',
  NonMaxSuppression: 'how many results it gives depends on the data',
  Unique: 'how many results it gives depends on the data',
  Compress: 'how many results it gives depends on the data',
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
  if (domain !== '' && domain !== 'com.microsoft') return `the operator domain ${domain} is unknown`;
  if (opType.startsWith('Sequence') || opType.startsWith('Optional') || opType === 'ConcatFromSequence')
    return 'sequences and optional values are not supported';
  if (domain === '' && Object.hasOwn(refusals, opType)) return refusals[opType] ?? '';
  const key = domain === '' ? opType : `${domain}.${opType}`;
  return `the operation ${key} is not supported`;
}

function isQuantized(domain: string, opType: string): boolean {
  if (domain !== '' && domain !== 'com.microsoft') return false;
  return quantizedOps.has(opType) || opType.startsWith('QLinear') || opType.startsWith('QGemm');
}
