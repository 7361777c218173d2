/** An image classifier that anyone can follow: the redder a picture is, the more probable is red. */
import { createGraphBuilder } from '../../src-main/engine/graph/builder.ts';
import { createExpressions } from '../../src-main/engine/graph/expressions.ts';
import { floatTensor } from '../../src-main/engine/graph/tensor.ts';
import { writeOnnx } from '../../src-main/engine/onnx/write.ts';

/** An ONNX file whose three logits are twelve times the means of red, green and blue, 0 to 1, of 16 × 16 pixels. */
export function writeColourModel(): Uint8Array {
  const e = createExpressions(createGraphBuilder());
  const pictures = e.builder.input('pictures', 'float32', [1, 3, 16, 16]);
  const weights = e.constant(floatTensor([12, 0, 0, 0, 12, 0, 0, 0, 12], [3, 3]));
  const logits = e.gemm(e.mean(pictures, [2, 3], false), weights, false, false);
  return writeOnnx(e.builder.finish('colours', [logits]), { symbolicBatch: 1 });
}
