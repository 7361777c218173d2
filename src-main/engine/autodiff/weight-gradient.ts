/** Every form of the gradient of a convolution's weights, and the rule by which one is taken where none was timed. */
import { sizeOf } from '../graph/tensor.ts';
import type { Convolution, GradientForm } from './convolution-forms.ts';
import { fourSizes } from './four-sizes.ts';
import { convolveDepthwise, convolveSwapped } from './weight-gradient-convolutions.ts';
import {
  multiplyGathered,
  multiplyPatches,
  multiplyTapwise,
  multiplyUnfolded,
  sumTapwise,
} from './weight-gradient-products.ts';
import { multiplyShifted } from './weight-gradient-shifts.ts';

/** All compute dw[o, c, i, j] = Σ over images and positions of dy[n, o, p] x[n, c, p · stride + (i, j)]. */
export const weightGradientForms = {
  /** Channels that do not mix: a convolution of each channel of each image. */
  depthwise: { applies: isDepthwise, build: convolveDepthwise },
  /** Channels that do not mix: a sum for each tap. */
  summed: { applies: isDepthwise, build: sumTapwise },
  /** Windows side by side: one product over all images. */
  patches: { applies: isPatchwise, build: multiplyPatches },
  /** One product over all images and taps. */
  gathered: { applies: isUngroupedWindow, build: multiplyGathered },
  /** One product per tap over all images. */
  tapwise: { applies: isUngrouped, build: multiplyTapwise },
  /** One product per image with all taps, of fewer copies. */
  shifted: { applies: isShiftable, build: multiplyShifted },
  /** One product per image and group with all taps. */
  unfolded: { applies: () => true, build: multiplyUnfolded },
  /** One convolution over images instead of channels. */
  swapped: { applies: isUngrouped, build: convolveSwapped },
} as const satisfies Record<string, GradientForm>;

export type WeightGradientForm = keyof typeof weightGradientForms;

/**
 * By what was measured on two cores: tiny pictures take one product over all images and taps, small ones one product
 * per tap over all images, large ones one product per image with all taps.
 */
export function chooseWeightGradientByRule(convolution: Convolution): WeightGradientForm {
  const { w, attributes, dy } = convolution;
  const [, , kh, kw] = fourSizes(w.shape);
  const [, , height, width] = fourSizes(dy.shape);
  const positions = height * width;
  if (isDepthwise(convolution)) return 'depthwise';
  if (isPatchwise(convolution)) return 'patches';
  if (attributes.group > 1) return 'unfolded';
  if (positions > smallPicture) return isShiftable(convolution) ? 'shifted' : 'unfolded';
  return positions <= tinyPicture && kh * kw > 1 ? 'gathered' : 'tapwise';
}

/** Positions of dy up to which one gathered product beats one per tap: 1.9 against 2.3 ms at 7 × 7, 2.5 against 3.3 at 4 × 4. */
const tinyPicture = 64;

/** Positions of dy up to which the tap-wise form is faster: 8.7 against 4.5 ms at 16 × 16, 10.7 against 28 at 40 × 40. */
const smallPicture = 256;

function isUngrouped({ attributes }: Convolution): boolean {
  return attributes.group === 1;
}

function isUngroupedWindow(convolution: Convolution): boolean {
  const [, , kh, kw] = fourSizes(convolution.w.shape);
  return isUngrouped(convolution) && kh * kw > 1;
}

function isShiftable(convolution: Convolution): boolean {
  return isUngroupedWindow(convolution) && convolution.attributes.strides.every((stride) => stride === 1);
}

function isDepthwise({ w, attributes }: Convolution): boolean {
  const [o, c] = fourSizes(w.shape);
  return c === 1 && o === attributes.group;
}

/** Whether the kernel's windows lie side by side and fill the picture, as where a transformer embeds its patches. */
function isPatchwise(convolution: Convolution): boolean {
  const { x, w, attributes, dy } = convolution;
  const { strides, dilations, pads } = attributes;
  const [, , kh, kw] = fourSizes(w.shape);
  const isTiling = strides[0] === kh && strides[1] === kw && dilations.every((size) => size === 1);
  const isFilled =
    sizeOf(x.shape, 2) === kh * sizeOf(dy.shape, 2) && sizeOf(x.shape, 3) === kw * sizeOf(dy.shape, 3);
  return isUngroupedWindow(convolution) && isTiling && isFilled && pads.every((pad) => pad === 0);
}
