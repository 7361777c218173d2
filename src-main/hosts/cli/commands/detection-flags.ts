/** The options of `train` that detectors alone have, under the names that users know from Ultralytics. */
import type { Command } from 'commander';
import type { DetectionOptions } from '../../../../src-preload/contract/training.ts';
import { definedOnly, parseInteger, parseNumber, parseSwitch } from '../option-values.ts';

export type DetectionFlags = Partial<DetectionOptions>;

type Reader = (text: string) => number | boolean;

/** In the order of the help. */
const flags = {
  lrf: ['--lrf <share>', 'learning rate at the end, as a share of the peak', parseNumber],
  cosLr: ['--cos-lr <on>', 'down along half a cosine (true) or a line (false)', parseSwitch],
  momentum: ['--momentum <number>', 'of SGD; of AdamW its first beta', parseNumber],
  closeMosaic: ['--close-mosaic <epochs>', 'at the end, without mosaics', parseInteger],
  mosaic: ['--mosaic <chance>', 'of a picture put together of four', parseNumber],
  mixup: ['--mixup <chance>', 'of two such mixed', parseNumber],
  hsvH: ['--hsv-h <reach>', 'of the hue', parseNumber],
  hsvS: ['--hsv-s <reach>', 'of the saturation', parseNumber],
  hsvV: ['--hsv-v <reach>', 'of the brightness', parseNumber],
  degrees: ['--degrees <reach>', 'of the rotation', parseNumber],
  translate: ['--translate <reach>', 'of the shift, as a share of the side', parseNumber],
  scale: ['--scale <reach>', 'of the scale: 0.5 gives 0.5 to 1.5', parseNumber],
  shear: ['--shear <degrees>', 'of the shear', parseNumber],
  fliplr: ['--fliplr <chance>', 'of a mirrored picture', parseNumber],
  flipud: ['--flipud <chance>', 'of a picture upside down', parseNumber],
  crop: ['--crop <chance>', 'of a crop that keeps all boxes whole', parseNumber],
  freeze: ['--freeze <stages>', 'from the beginning of the network that stay as they are', parseInteger],
  multiScale: [
    '--multi-scale <reach>',
    'of the scale of all pictures of a step: 0.5 gives 0.5 to 1.5',
    parseNumber,
  ],
  nbs: [
    '--nbs <pictures>',
    'nominal batch: gradients of nbs / batch batches make one update, weight decay goes with it',
    parseInteger,
  ],
  conf: ['--conf <score>', 'the least that counts in validation and test', parseNumber],
  iou: ['--iou <share>', 'of overlap from which the surer of two of a class stays', parseNumber],
  maxDet: ['--max-det <number>', 'detections of one picture', parseInteger],
  tile: ['--tile <pixels>', 'side of the tiles in which large pictures are shown', parseInteger],
} as const satisfies Record<
  keyof DetectionOptions,
  readonly [flag: string, description: string, read: Reader]
>;

export function addDetectionFlags(command: Command): Command {
  for (const [flag, description, read] of Object.values(flags)) {
    command.option(flag, `detection: ${description}`, (text: string) => read(text));
  }
  return command;
}

/** Undefined where none is given. */
export function readDetectionFlags(options: DetectionFlags): DetectionFlags | undefined {
  const names = Object.keys(flags) as (keyof DetectionOptions)[];
  const given = definedOnly(Object.fromEntries(names.map((name) => [name, options[name]])));
  return Object.keys(given).length > 0 ? given : undefined;
}
