/** How bytes become the numbers that a float model was trained on. */

/**
 * `-1..1` is what TensorFlow's networks and many vision transformers take; `imagenet`: to 0..1, less the mean of ImageNet's
 * red, green and blue, over their deviation.
 */
export type PixelRange = '0..255' | '0..1' | '-1..1' | 'imagenet';

const imagenetMean = [0.485, 0.456, 0.406] as const;
const imagenetDeviation = [0.229, 0.224, 0.225] as const;

/** For each channel, the factor and the offset of `byte * factor + offset`. */
export function scalingOf(range: PixelRange, channels: 1 | 3): readonly (readonly [number, number])[] {
  return Array.from({ length: channels }, (_, channel) => scaleChannel(range, channel));
}

function scaleChannel(range: PixelRange, channel: number): readonly [number, number] {
  const mean = imagenetMean[channel] ?? 0;
  const deviation = imagenetDeviation[channel] ?? 1;
  switch (range) {
    case '0..255':
      return [1, 0];
    case '0..1':
      return [1 / 255, 0];
    case '-1..1':
      return [2 / 255, -1];
    case 'imagenet':
      return [1 / (255 * deviation), -mean / deviation];
  }
}
