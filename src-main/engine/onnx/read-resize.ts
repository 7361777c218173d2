/** How Resize and the older Upsample are read. */
import type { CoordinateMode, NearestMode, ResizeAttributes, Value } from '../graph/ops.ts';
import {
  add,
  attribute,
  constantNumbers,
  flag,
  float,
  input,
  ints,
  malformed,
  type NodeReading,
  normalizeAxis,
  type ReadRule,
  text,
  unsupported,
} from './node-reading.ts';

export const resizeRules: Readonly<Record<string, ReadRule>> = {
  Upsample: (r) => {
    const stated = attribute(r, 'scales');
    const scales = stated?.kind === 'floats' ? stated.value : constantNumbers(r, 1);
    return resize(r, { scales, sizes: undefined }, 'asymmetric', 'floor');
  },
  Resize: (r) => {
    if (r.opset < 11) {
      return resize(r, { scales: constantNumbers(r, 1), sizes: undefined }, 'asymmetric', 'floor');
    }
    const coordinates = coordinateMode(r);
    const nearest = nearestMode(r);
    if (flag(r, 'antialias')) throw unsupported(r, 'antialias is not supported');
    if (text(r, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch')
      throw unsupported(r, 'keep_aspect_ratio_policy is not supported');
    const listed = (position: number) => {
      const numbers = constantNumbers(r, position);
      return numbers && numbers.length > 0 ? spreadOverAxes(r, numbers) : undefined;
    };
    return resize(r, { scales: listed(2), sizes: listed(3) }, coordinates, nearest);
  },
};

/** Numbers for some axes as numbers for all; undefined where an axis stays. */
function spreadOverAxes(r: NodeReading, numbers: readonly number[]): readonly (number | undefined)[] {
  const axes = ints(r, 'axes');
  if (!axes) return numbers;
  const { shape } = input(r, 0);
  const positions = axes.map((axis) => normalizeAxis(axis, shape.length));
  return shape.map((_, axis) => numbers[positions.indexOf(axis)]);
}

interface Wanted {
  readonly scales: readonly (number | undefined)[] | undefined;
  readonly sizes: readonly (number | undefined)[] | undefined;
}

function resize(
  r: NodeReading,
  { scales, sizes }: Wanted,
  coordinates: CoordinateMode,
  nearest: NearestMode,
): readonly Value[] {
  const x = input(r, 0);
  if (!scales && !sizes) throw malformed(r, 'it has neither scales nor sizes');
  const newSizes = x.shape.map((size, axis) =>
    sizes ? (sizes[axis] ?? size) : Math.floor(size * (scales?.[axis] ?? 1)),
  );
  return add(r, 'Resize', [x], {
    sizes: newSizes,
    scales: x.shape.map((size, axis) => (sizes ? (newSizes[axis] ?? size) / size : (scales?.[axis] ?? 1))),
    mode: resizeMode(r),
    coordinates,
    nearest,
    cubicCoefficient: float(r, 'cubic_coeff_a', -0.75),
    excludeOutside: flag(r, 'exclude_outside'),
  });
}

function resizeMode(r: NodeReading): ResizeAttributes['mode'] {
  const mode = text(r, 'mode', 'nearest');
  if (mode === 'bilinear' || mode === 'linear') return 'linear';
  if (mode === 'nearest' || mode === 'cubic') return mode;
  throw unsupported(r, `mode ${mode} is not supported`);
}

function coordinateMode(r: NodeReading): CoordinateMode {
  const mode = text(r, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
    case 'half_pixel_symmetric':
    case 'pytorch_half_pixel':
    case 'align_corners':
    case 'asymmetric':
      return mode;
    default:
      throw unsupported(r, `coordinate_transformation_mode ${mode} is not supported`);
  }
}

function nearestMode(r: NodeReading): NearestMode {
  const mode = text(r, 'nearest_mode', 'round_prefer_floor');
  switch (mode) {
    case 'round_prefer_floor':
    case 'round_prefer_ceil':
    case 'floor':
    case 'ceil':
      return mode;
    default:
      throw unsupported(r, `nearest_mode ${mode} is not supported`);
  }
}
