/** A graph as text, one node a line: `%12 = Conv(%11, w3) {strides=[1,1]} : f32[8,64,40,40]`. */
import { type Graph, listInputs, type Node, type Value } from './ops.ts';
import { printType } from './tensor.ts';

export function printGraph(graph: Graph): string {
  const produced = new Set(graph.nodes.flatMap((node): Value[] => [...node.outputs]));
  const name = (value: Value) => (produced.has(value) ? `%${value.name}` : value.name);
  const typed = (value: Value) => `${name(value)} : ${printType(value)}`;
  return [
    `graph ${graph.name}(${graph.inputs.map(typed).join(', ')}) {`,
    ...[...graph.initializers.keys()].map((value) => `  const ${typed(value)}`),
    ...graph.nodes.map((node) => `  ${printNode(node, name)}`),
    `  return ${graph.outputs.map(name).join(', ')}`,
    '}',
    '',
  ].join('\n');
}

function printNode(node: Node, name: (value: Value) => string): string {
  const outputs: readonly Value[] = node.outputs;
  const attributes = Object.entries(node.attributes)
    .toSorted()
    .map(
      ([key, value]) => `${key}=${typeof value === 'number' ? printNumber(value) : JSON.stringify(value)}`,
    );
  const left = outputs.map(name).join(', ');
  const right = `${node.op}(${listInputs(node).map(name).join(', ')})`;
  const braces = attributes.length > 0 ? ` {${attributes.join(', ')}}` : '';
  return `${left} = ${right}${braces} : ${outputs.map(printType).join(', ')}`;
}

/** Attributes are float32 in files, so no more digits than that has. */
function printNumber(value: number): string {
  return String(Number(value.toPrecision(7)));
}
