/** A graph as text for reading, one node a line: `%12 = Conv(%11, w3) {strides=[2,2]} : f32[8,64,20,20]`. */
import { type Graph, listInputs, type Node, type Value } from './ops.ts';
import { printType, toNumbers } from './tensor.ts';

/**
 * Values are numbered in their order; inputs, constants and outputs bear their names, scalar constants stand where
 * they are read. Attributes that do nothing are left out; a name that a file gave to a node follows after `#`.
 */
export function printGraph(graph: Graph): string {
  const name = createNaming(graph);
  const typed = (value: Value) => `${name(value)} : ${printType(value)}`;
  const constants = [...graph.initializers.keys()].filter(({ shape }) => shape.length > 0);
  const results = graph.outputs.map((output) => `${output.name} = ${name(output)}`);
  return [
    `graph ${graph.name}(${graph.inputs.map(typed).join(', ')}) {`,
    ...constants.map((value) => `  const ${typed(value)}`),
    ...graph.nodes.map((node) => `  ${printNode(node, name)}`),
    `  return ${results.join(', ')}`,
    '}',
    '',
  ].join('\n');
}

function createNaming({ nodes, initializers }: Graph): (value: Value) => string {
  const produced = nodes.flatMap((node): Value[] => [...node.outputs]);
  const names = new Map(produced.map((value, index) => [value, `%${index}`]));
  for (const [value, tensor] of initializers) {
    if (value.shape.length === 0) names.set(value, printNumber(toNumbers(tensor)[0] ?? Number.NaN));
  }
  return (value) => names.get(value) ?? value.name;
}

function printNode(node: Node, name: (value: Value) => string): string {
  const outputs: readonly Value[] = node.outputs;
  const attributes = Object.entries(node.attributes)
    .filter(([key, value]) => !isIdle(node, key, value))
    .toSorted()
    .map(([key, value]) => `${key}=${printAttribute(value)}`);
  const left = outputs.map(name).join(', ');
  const right = `${node.op}(${listInputs(node).map(name).join(', ')})`;
  const braces = attributes.length > 0 ? ` {${attributes.join(', ')}}` : '';
  const label = isNumbered(node) ? '' : `  # ${node.name}`;
  return `${left} = ${right}${braces} : ${outputs.map(printType).join(', ')}${label}`;
}

const ones: ReadonlySet<string> = new Set(['strides', 'dilations', 'steps', 'group']);
const zeros: ReadonlySet<string> = new Set(['pads', 'outputPadding']);

/** Said by the type of the output. */
const implied: ReadonlySet<string> = new Set(['shape', 'to']);

/** Whether the attribute has the value that does nothing, or repeats the type. */
function isIdle({ op }: Node, key: string, value: unknown): boolean {
  if (value === false || implied.has(key)) return true;
  const isAll = (number: number) => [value].flat().every((one) => one === number);
  if (zeros.has(key)) return isAll(0);
  return (ones.has(key) || (op === 'Gemm' && (key === 'alpha' || key === 'beta'))) && isAll(1);
}

function printAttribute(value: unknown): string {
  if (typeof value === 'number') return printNumber(value);
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}

/** Attributes are float32 in files, so no more digits than that has. */
function printNumber(value: number): string {
  return String(Number(value.toPrecision(7)));
}

/** Named by the builder for want of a name: `Conv_3`. */
function isNumbered({ name }: Node): boolean {
  return /^\w+_\d+$/.test(name);
}
