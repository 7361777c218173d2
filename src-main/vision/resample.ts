/**
 * Resizes small pictures by cubic convolution (Keys 1981, a = -0.5), the filter stretched when shrinking. For growing
 * it takes the place of sharp, which shifts what it enlarges by half a pixel.
 */

export interface Pixels {
  /** `[height, width, channels]` */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Beyond its border the picture goes on with the pixels of the border. @returns `[height, width, channels]` */
export function resample(picture: Pixels, width: number, height: number): Uint8Array {
  if (width === picture.width && height === picture.height) return picture.pixels;
  return resampleRows(resampleColumns(picture, width), picture.height, width * picture.channels, height);
}

/** What a target pixel takes from the source. */
interface Taps {
  /** Of each target pixel. */
  readonly count: number;
  /** `[target, count]`, within the source. */
  readonly positions: Int32Array;
  /** `[target, count]`, with the sum 1 for each target pixel. */
  readonly weights: Float32Array;
}

/** `[height, from, channels]` to `[height, width, channels]` */
function resampleColumns(picture: Pixels, width: number): Float32Array {
  const { pixels, width: from, height, channels } = picture;
  const { count, positions, weights } = createTaps(from, width);
  const result = new Float32Array(height * width * channels);
  for (let row = 0, at = 0; row < height; row++) {
    const line = row * from * channels;
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++, at++) {
        let sum = 0;
        for (let tap = column * count; tap < (column + 1) * count; tap++) {
          const source = line + (positions[tap] as number) * channels + channel;
          sum += (weights[tap] as number) * (pixels[source] as number);
        }
        result[at] = sum;
      }
    }
  }
  return result;
}

/** `[from, stride]` to `[height, stride]`, rounded to bytes. */
function resampleRows(values: Float32Array, from: number, stride: number, height: number): Uint8Array {
  const { count, positions, weights } = createTaps(from, height);
  // Clamped, and rounded to the nearest, on assignment.
  const result = new Uint8ClampedArray(height * stride);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < stride; column++) {
      let sum = 0;
      for (let tap = row * count; tap < (row + 1) * count; tap++) {
        sum += (weights[tap] as number) * (values[(positions[tap] as number) * stride + column] as number);
      }
      result[row * stride + column] = sum;
    }
  }
  return new Uint8Array(result.buffer);
}

function createTaps(from: number, to: number): Taps {
  const scale = Math.max(1, from / to);
  const count = Math.ceil(4 * scale) + 1;
  const positions = new Int32Array(to * count);
  const weights = new Float32Array(to * count);
  for (let target = 0; target < to; target++) {
    const centre = ((target + 0.5) * from) / to - 0.5;
    const first = Math.ceil(centre - 2 * scale);
    let total = 0;
    for (let tap = 0; tap < count; tap++) total += cubic((first + tap - centre) / scale);
    for (let tap = 0; tap < count; tap++) {
      positions[target * count + tap] = Math.min(from - 1, Math.max(0, first + tap));
      weights[target * count + tap] = cubic((first + tap - centre) / scale) / total;
    }
  }
  return { count, positions, weights };
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}
