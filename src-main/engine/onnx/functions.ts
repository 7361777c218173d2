/** The functions that a file brings along, by what calls them. */
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from './model.ts';

export type FunctionTable = ReadonlyMap<string, OnnxFunction>;

export function createFunctionTable({ functions = [] }: OnnxModel): FunctionTable {
  return new Map(functions.map((one) => [`${one.domain}:${one.name}`, one]));
}

export function findFunction(table: FunctionTable, { domain, opType }: OnnxNode): OnnxFunction | undefined {
  return table.get(`${domain}:${opType}`);
}

/** A function states the operator set that it was written for; some leave it to the file. */
export function opsetOf({ opsets }: OnnxFunction, outside: number): number {
  return opsets.get('') ?? outside;
}

/** Puts the caller's attributes, or else the defaults, where the function's node refers to them. */
export function bindAttributes(node: OnnxNode, called: OnnxFunction, caller: OnnxNode): OnnxNode {
  const bind = ([name, value]: readonly [string, OnnxAttribute]): [string, OnnxAttribute][] => {
    if (value.kind !== 'reference') return [[name, value]];
    const bound = caller.attributes.get(value.value) ?? called.defaults.get(value.value);
    return bound ? [[name, bound]] : [];
  };
  return { ...node, attributes: new Map([...node.attributes].flatMap(bind)) };
}

/** All names of values in a graph, so that none is given twice. */
export function collectNames({ nodes, inputs, initializers }: OnnxGraph): ReadonlySet<string> {
  return new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
}
