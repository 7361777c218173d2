/**
 * Which form each gradient of a convolution is written in: by rule, or as was measured for its shapes.
 *
 * All forms of a gradient compute the same sum; which is fastest depends on the shapes and on the machine.
 */

import type { Expressions } from '../graph/expressions.ts';
import type { ConvAttributes, Value } from '../graph/ops.ts';
import { printType } from '../graph/tensor.ts';
import { chooseInputGradientByRule, type InputGradientForm, inputGradientForms } from './input-gradient.ts';
import {
  chooseWeightGradientByRule,
  type WeightGradientForm,
  weightGradientForms,
} from './weight-gradient.ts';

/** A convolution `y = x * w` and the gradient of its output; for a choice the shapes alone count. */
export interface Convolution {
  /** `[n, c, height, width]` */
  readonly x: Value;
  /** `[o, c / group, kh, kw]` */
  readonly w: Value;
  readonly attributes: ConvAttributes;
  /** `[n, o, …]`, as large as y. */
  readonly dy: Value;
}

export interface GradientForm {
  /** Whether this form computes the gradient of that convolution; says nothing of how fast. */
  applies(convolution: Convolution): boolean;
  /** Adds the nodes. Called only where it applies. */
  build(e: Expressions, convolution: Convolution): Value;
}

/** Chooses for each convolution of a graph; the same convolution must always get the same answer. */
export interface ConvolutionForms {
  weight(convolution: Convolution): WeightGradientForm;
  input(convolution: Convolution): InputGradientForm;
}

export type GradientKind = keyof ConvolutionForms;

/** Every form of each gradient, by name. */
const gradientForms = {
  weight: weightGradientForms,
  input: inputGradientForms,
} as const satisfies Record<GradientKind, Readonly<Record<string, GradientForm>>>;

/** What was measured to be fastest on two cores of a server, by shapes: no look at the machine, so always the same. */
export const formsByRule: ConvolutionForms = {
  weight: chooseWeightGradientByRule,
  input: chooseInputGradientByRule,
};

/** Names of forms by `nameGradient`, as they are kept. */
export type ChosenForms = ReadonlyMap<string, string>;

/** The chosen forms; by rule where nothing was chosen, or where it names no form that applies. */
export function createChosenForms(chosen: ChosenForms = new Map()): ConvolutionForms {
  const find = <K extends GradientKind>(kind: K, convolution: Convolution) => {
    const name = chosen.get(nameGradient(kind, convolution));
    return name !== undefined && listForms(kind, convolution).has(name) ? name : undefined;
  };
  return {
    weight: (convolution) =>
      (find('weight', convolution) as WeightGradientForm | undefined) ?? formsByRule.weight(convolution),
    input: (convolution) =>
      (find('input', convolution) as InputGradientForm | undefined) ?? formsByRule.input(convolution),
  };
}

/** The forms that apply by name, in the order of their table. */
export function listForms(kind: GradientKind, convolution: Convolution): ReadonlyMap<string, GradientForm> {
  const forms = Object.entries<GradientForm>(gradientForms[kind]);
  return new Map(forms.filter(([, form]) => form.applies(convolution)));
}

/** All that a gradient's speed depends on but the machine: `weight of f32[8,64,40,40] * f32[64,64,3,3] …`. */
export function nameGradient(kind: GradientKind, { x, w, attributes }: Convolution): string {
  const { strides, pads, dilations, group } = attributes;
  const window = `strides ${strides} pads ${pads} dilations ${dilations} group ${group}`;
  return `${kind} of ${printType(x)} * ${printType(w)} ${window}`;
}
