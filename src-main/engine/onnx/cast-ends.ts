/** Lets a model of half or double precision be fed and read in float32, which is what a runner has. */
import { dtypes } from '../graph/tensor.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxValue } from './model.ts';

const float32 = dtypes.float32.onnx;
const otherFloats: ReadonlySet<number> = new Set([dtypes.float16.onnx, dtypes.float64.onnx]);

/** Ends of other types get a cast and another name; all else stays. */
export function castEnds(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const isOther = (value: OnnxValue) =>
    otherFloats.has(value.elementType) && !graph.initializers.has(value.name);
  const [inputs, outputs] = [graph.inputs.filter(isOther), graph.outputs.filter(isOther)];
  if (inputs.length + outputs.length === 0) return model;
  const taken = new Set([
    ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const rename = ({ name }: OnnxValue) => {
    let renamed = `${name}.float32`;
    while (taken.has(renamed)) renamed += '_';
    return renamed;
  };
  const widen = (value: OnnxValue) =>
    isOther(value) ? { ...value, name: rename(value), elementType: float32 } : value;
  const nodes = [
    ...inputs.map((value) => cast(rename(value), value.name, value.elementType)),
    ...graph.nodes,
    ...outputs.map((value) => cast(value.name, rename(value), float32)),
  ];
  return {
    ...model,
    graph: { ...graph, nodes, inputs: graph.inputs.map(widen), outputs: graph.outputs.map(widen) },
  };
}

function cast(from: string, to: string, elementType: number): OnnxNode {
  const attributes = new Map<string, OnnxAttribute>([['to', { kind: 'int', value: elementType }]]);
  return { name: `${to}.cast`, opType: 'Cast', domain: '', inputs: [from], outputs: [to], attributes };
}
