/** Looks where numbers first stop being finite in one run of a graph. */
import { appendGraph } from '../graph/append.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions } from '../graph/expressions.ts';
import { type Graph, listInputs, type Value } from '../graph/ops.ts';
import { printType } from '../graph/tensor.ts';
import { writeOnnx } from '../onnx/write.ts';
import { roundHalves } from '../passes/round-halves.ts';
import { createSession, takeOutput, toFloats } from './session.ts';
import { type StepFeed, toTensors } from './step-runner.ts';

/**
 * Runs a training step once more on the CPU, with a probe at each float value that its loss and gradients come from.
 * @returns the first in the graph's order, as `Div Div_12 : f32[8,10]`; undefined if all are finite there
 */
export async function findFirstBadNode(
  graph: Graph,
  inputs: ReadonlyMap<string, StepFeed>,
): Promise<string | undefined> {
  const { probing, names } = addProbes(graph);
  const session = await createSession(writeOnnx(roundHalves(probing)), {
    provider: 'cpu',
    optimization: 'disabled',
  });
  try {
    const outputs = await session.run(toTensors(inputs));
    const bad = toFloats(takeOutput(outputs, 'probes')).findIndex((probe) => !Number.isFinite(probe));
    return names[bad];
  } finally {
    await session.release();
  }
}

/** A probe is the sum of x - x: zero, or NaN where any element is infinite or NaN. */
function addProbes(graph: Graph): { readonly probing: Graph; readonly names: readonly string[] } {
  const e = createExpressions(createGraphBuilder(new Set(graph.inputs.map(({ name }) => name))));
  const inputs = graph.inputs.map((value) => e.builder.input(value.name, value.dtype, value.shape));
  const bind = new Map(
    graph.inputs.flatMap((value, index) => (inputs[index] ? [[value, inputs[index]]] : [])),
  );
  const images = appendGraph(e.builder, graph, bind);
  const sources = listSources(graph);
  const watched = [
    ...graph.inputs.map((value) => ({ value, label: `the input ${value.name}` })),
    ...graph.nodes.flatMap(({ op, name, outputs }) =>
      outputs.map((value: Value) => ({ value, label: `${op} ${name} : ${printType(value)}` })),
    ),
  ].filter(({ value }) => value.dtype.startsWith('float') && sources.has(value));
  const probes = watched.map(({ value }) => {
    const x = e.cast(images.get(value) ?? value, 'float32');
    const axes = x.shape.map((_, axis) => axis);
    return e.reshape(e.sum(e.sub(x, x), axes, false), [1]);
  });
  const [joined] = e.builder.node('Concat', probes, { axis: 0 }, { outputs: ['probes'] });
  return { probing: e.builder.finish('probes', [joined]), names: watched.map(({ label }) => label) };
}

/**
 * What loss and gradients come from. The last two inputs of a normalization in training are space that onnxruntime
 * writes its statistics into: what stood there before matters to nobody.
 */
function listSources({ nodes, outputs }: Graph): ReadonlySet<Value> {
  const sources = new Set<Value>(outputs.filter(({ name }) => name === 'loss' || name === 'gradientNorm'));
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output: Value) => sources.has(output))) continue;
    const inputs = node.op === 'BatchNormalizationTraining' ? node.inputs.slice(0, 3) : listInputs(node);
    for (const input of inputs) sources.add(input);
  }
  return sources;
}
