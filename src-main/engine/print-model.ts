/** A model file as text. */
import { printGraph } from './graph/printer.ts';
import { type ReadOptions, readOnnx } from './onnx/read.ts';

/**
 * What the engine makes of an ONNX file, one node a line: `%12 = Conv(%11, w3) {strides=[2,2]} : f32[8,64,20,20]`.
 * @param options sizes of what the file leaves open; a leading axis that is left open becomes 1
 * @throws AppError MODEL_UNREADABLE, GRAPH_INVALID, GRAPH_NOT_TRAINABLE naming the node, as training from it would
 */
export function printModel(bytes: Uint8Array, options: ReadOptions = {}): string {
  return printGraph(readOnnx(bytes, options).graph);
}
