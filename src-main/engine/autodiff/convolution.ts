/** Gradients of convolutions and of transposed convolutions, each in the form that is chosen for it. */
import type { Expressions } from '../graph/expressions.ts';
import type { ConvTransposeAttributes, Value } from '../graph/ops.ts';
import type { Convolution, ConvolutionForms } from './convolution-forms.ts';
import { inputGradientForms } from './input-gradient.ts';
import { weightGradientForms } from './weight-gradient.ts';

export function convWeightGradient(e: Expressions, convolution: Convolution, forms: ConvolutionForms): Value {
  return weightGradientForms[forms.weight(convolution)].build(e, convolution);
}

export function convInputGradient(e: Expressions, convolution: Convolution, forms: ConvolutionForms): Value {
  return inputGradientForms[forms.input(convolution)].build(e, convolution);
}

/** A transposed convolution is the input gradient of a convolution: so its own is that convolution. */
export function convTransposeInputGradient(
  e: Expressions,
  w: Value,
  { strides, pads, dilations, group }: ConvTransposeAttributes,
  dy: Value,
): Value {
  return e.conv(dy, w, { strides, pads, dilations, group });
}

/** As above: the roles of x and dy swap. */
export function convTransposeWeightGradient(
  e: Expressions,
  {
    x,
    w,
    attributes,
    dy,
  }: Omit<Convolution, 'attributes'> & { readonly attributes: ConvTransposeAttributes },
  forms: ConvolutionForms,
): Value {
  return convWeightGradient(e, { x: dy, w, attributes, dy: x }, forms);
}
