/**
 * Varies training pictures with their boxes, seeded: mosaic (Bochkovskiy et al. 2020), mixup (Zhang et al. 2018),
 * one affine map and one change of hue, saturation and value per picture. Names and meanings of the options are those of Ultralytics.
 */
import type { Random } from '../base/random.ts';
import { type Affine, chain, rotation, scaling, shearing, translation } from './affine.ts';
import {
  type ClassBox,
  frameOf,
  keepVisible,
  type PixelBox,
  type Size,
  transformBox,
} from './box-geometry.ts';
import type { HsvGains } from './hsv-gains.ts';
import { paint } from './paint.ts';
import type { Pixels } from './resample.ts';

/** A picture brought inside the frame, without the grey around it, with its boxes in its own pixels. */
export interface DetectionSample {
  readonly picture: Pixels;
  readonly boxes: readonly ClassBox[];
}

export interface DetectionAugmentOptions {
  /** Chance that a picture is put together of four. */
  readonly mosaic: number;
  /** Chance that a mosaic is mixed with a second one. */
  readonly mixup: number;
  /** Reach of hue as a share of the circle, of saturation and of value as shares of themselves, each way. */
  readonly hsvH: number;
  readonly hsvS: number;
  readonly hsvV: number;
  /** Reach of the rotation, each way. */
  readonly degrees: number;
  /** Reach of the shift, each way, as a share of the side. */
  readonly translate: number;
  /** Reach of the scale, each way: 0.5 gives 0.5 to 1.5. */
  readonly scale: number;
  /** Reach of the scale of all pictures of a step, each way; drawn by `drawStepScale`; absent: 0. */
  readonly multiScale?: number;
  /** Reach of the shear in degrees, each way and on both axes. */
  readonly shear: number;
  /** Chances of a mirrored picture. */
  readonly fliplr: number;
  readonly flipud: number;
  /** Chance that a picture outside a mosaic is cropped as far as all its boxes stay whole. */
  readonly crop: number;
}

/** The scale that all pictures of a step have in common: instead of a frame of another size (Redmon and Farhadi 2017). */
export function drawStepScale(random: Random, { multiScale = 0 }: DetectionAugmentOptions): number {
  return 1 + random.uniform(-multiScale, multiScale);
}

/** Which pictures one training picture is made of: a layer of one or of four, or two such layers that are mixed. */
export interface SamplePlan {
  readonly layers: readonly (readonly number[])[];
}

/** @param drawOther another picture, drawn as the sampler weighs them */
export function planSample(
  random: Random,
  { mosaic, mixup }: Pick<DetectionAugmentOptions, 'mosaic' | 'mixup'>,
  index: number,
  drawOther: (random: Random) => number,
): SamplePlan {
  const drawThree = () => [drawOther(random), drawOther(random), drawOther(random)];
  if (random.next() >= mosaic) return { layers: [[index]] };
  const first = [index, ...drawThree()];
  if (random.next() >= mixup) return { layers: [first] };
  return { layers: [first, [drawOther(random), ...drawThree()]] };
}

/** What a training picture is painted into. */
export interface FrameOptions {
  /** Side in pixels. */
  readonly size: number;
  /** See `drawStepScale`; 1 if absent. */
  readonly stepScale?: number;
}

/**
 * Paints the planned pictures.
 * @param layers in the order of the plan
 * @param target `[size, size, 3]`
 * @returns the boxes that can still be seen, in pixels of the target
 */
export function composeSample(
  random: Random,
  options: DetectionAugmentOptions,
  layers: readonly (readonly DetectionSample[])[],
  target: Uint8Array,
  { size, stepScale = 1 }: FrameOptions,
): ClassBox[] {
  const [first = [], second] = layers;
  const frame = { size, stepScale };
  const boxes = composeLayer(random, options, first, target, frame);
  if (!second) return boxes;
  const other = new Uint8Array(target.length);
  const otherBoxes = composeLayer(random, options, second, other, frame);
  mix(target, other, random);
  return [...boxes, ...otherBoxes];
}

/** Boxes of which less is left, or which are smaller, can not be told any more. */
const keepRule = { leastSide: 2, leastShare: 0.1 } as const;

/**
 * How many boxes could be seen on a picture that is composed so: the same draws without painting.
 * @param layers in the order of the plan, of the content's size
 */
export function drawBoxes(
  random: Random,
  options: DetectionAugmentOptions,
  layers: readonly (readonly SampleOutline[])[],
  frame: FrameOptions,
): number {
  return layers.reduce((count, layer) => count + layOut(random, options, layer, frame).boxes.length, 0);
}

/** A sample without its pixels. */
export interface SampleOutline {
  readonly content: Size;
  readonly boxes: readonly ClassBox[];
}

function composeLayer(
  random: Random,
  options: DetectionAugmentOptions,
  samples: readonly DetectionSample[],
  target: Uint8Array,
  frame: FrameOptions,
): ClassBox[] {
  const { size } = frame;
  const outlines = samples.map(({ picture, boxes }) => ({ content: picture, boxes }));
  const { maps, boxes } = layOut(random, options, outlines, frame);
  const painted = samples.map(({ picture }, index) => ({ picture, toFrame: maps[index] as Affine }));
  paint(target, { width: size, height: size }, painted, drawColours(random, options));
  return boxes;
}

/** Where each sample comes to lie in the frame, and what can be seen of its boxes. */
function layOut(
  random: Random,
  options: DetectionAugmentOptions,
  samples: readonly SampleOutline[],
  { size, stepScale = 1 }: FrameOptions,
): { maps: Affine[]; boxes: ClassBox[] } {
  const [only] = samples;
  const toCanvas =
    samples.length === 1 && only ? [placeOne(random, options, only)] : placeFour(random, samples, size);
  const toFrame = drawAffine(random, options, size, stepScale);
  const maps = toCanvas.map((map) => chain(map, toFrame));
  const frame = frameOf({ width: size, height: size });
  const boxes = samples.flatMap((sample, index) =>
    keepVisible(
      sample.boxes.map((box) => transformBox(box, maps[index] as Affine)),
      frame,
      keepRule,
    ),
  );
  return { maps, boxes };
}

/** Onto a canvas with its origin at the frame's middle. */
function placeOne(random: Random, { crop }: DetectionAugmentOptions, sample: SampleOutline): Affine {
  const { width, height } = sample.content;
  const window = random.next() < crop ? drawCrop(random, sample) : frameOf(sample.content);
  const scale = Math.min(width / (window.right - window.left), height / (window.bottom - window.top));
  return chain(
    translation(-(window.left + window.right) / 2, -(window.top + window.bottom) / 2),
    scaling(scale, scale),
  );
}

/** A part of the picture, a third of each side at least, in which all boxes are whole. */
function drawCrop(random: Random, { content, boxes }: SampleOutline): PixelBox {
  const { width, height } = content;
  const hull = boxes.reduce(
    (union, box) => ({
      left: Math.min(union.left, box.left),
      top: Math.min(union.top, box.top),
      right: Math.max(union.right, box.right),
      bottom: Math.max(union.bottom, box.bottom),
    }),
    { left: width, top: height, right: 0, bottom: 0 },
  );
  const [left, right] = drawSide(random, hull.left, hull.right, width);
  const [top, bottom] = drawSide(random, hull.top, hull.bottom, height);
  return { left, top, right, bottom };
}

function drawSide(random: Random, first: number, last: number, length: number): [number, number] {
  const least = length / 3;
  const low = random.uniform(0, Math.max(0, Math.min(first, length - least)));
  const high = random.uniform(Math.min(length, Math.max(last, low + least)), length);
  return [low, high];
}

/** Four pictures meet in a point: each begins there and goes on outwards. */
function placeFour(random: Random, samples: readonly SampleOutline[], size: number): Affine[] {
  const x = random.uniform(-size / 2, size / 2);
  const y = random.uniform(-size / 2, size / 2);
  return samples.map(({ content }, place) => {
    const toLeft = place % 2 === 0 ? content.width : 0;
    const upwards = place < 2 ? content.height : 0;
    return translation(x - toLeft, y - upwards);
  });
}

/** About the middle of the canvas, then to the frame. */
function drawAffine(
  random: Random,
  options: DetectionAugmentOptions,
  size: number,
  stepScale: number,
): Affine {
  const draw = (reach: number) => random.uniform(-reach, reach);
  const scale = Math.max(0.05, stepScale * (1 + draw(options.scale)));
  const turned = rotation(draw(options.degrees));
  const sheared = shearing(draw(options.shear), draw(options.shear));
  const mirrorX = random.next() < options.fliplr ? -1 : 1;
  const mirrorY = random.next() < options.flipud ? -1 : 1;
  const shift = () => (0.5 + draw(options.translate)) * size;
  return chain(turned, scaling(scale * mirrorX, scale * mirrorY), sheared, translation(shift(), shift()));
}

function drawColours(random: Random, { hsvH, hsvS, hsvV }: DetectionAugmentOptions): HsvGains {
  const draw = (reach: number) => random.uniform(-reach, reach);
  const turn = draw(hsvH);
  const saturation = Math.max(0, 1 + draw(hsvS));
  return { turn, saturation, value: Math.max(0, 1 + draw(hsvV)) };
}

/** The two in almost equal parts: a beta distribution with both parameters 32 is this normal one to 1 in 100. */
function mix(target: Uint8Array, other: Uint8Array, random: Random): void {
  const share = Math.min(0.9, Math.max(0.1, 0.5 + random.normal() * mixDeviation));
  const weight = Math.round(256 * share);
  for (let index = 0; index < target.length; index++) {
    const own = (target[index] as number) * weight;
    target[index] = (own + (other[index] as number) * (256 - weight) + 128) >> 8;
  }
}

/** Of the beta distribution: √(32 · 32 / (64² · 65)). */
const mixDeviation = 0.062;
