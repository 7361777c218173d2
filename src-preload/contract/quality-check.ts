/** What pictures and labels are checked for, and from where on a check strikes. */
import { z } from 'zod';

/** Checks that strike a picture: of its pixels, then of its labels. */
export const qualityKindSchema = z.enum([
  'blurred',
  'dark',
  'overExposed',
  'tooSmall',
  'tinyBox',
  'hugeBox',
  'duplicateBox',
  'overlappingBox',
  'borderBox',
  'changedOften',
]);
export type QualityKind = z.infer<typeof qualityKindSchema>;

const shareSchema = z.number().min(0).max(1);

export const qualityThresholdsSchema = z.object({
  /** Blurred below: variance of the Laplacian of the grey picture, at 512 pixels at most, in squared 8-bit steps. */
  sharpness: z.number().min(0).max(10_000),
  /** Dark below: mean of the grey picture, 0 black to 1 white. */
  brightness: shareSchema,
  /** Over-exposed above: share of pixels at white. */
  clipped: shareSchema,
  /** Too small below: pixels of the shorter side. */
  pictureSide: z.number().int().min(0).max(10_000),
  /** Tiny below: pixels of a box's shorter side. */
  boxSide: z.number().min(0).max(1000),
  /** Huge above: share of the picture that a box takes. */
  boxShare: shareSchema,
  /** Two boxes of one class overlap too much from here on, as intersection over union. */
  overlap: shareSchema,
  /** From here on they are one box drawn twice. */
  sameBox: shareSchema,
  /** Changed often from here on: times that the class of the picture or of one of its boxes became another. */
  classChanges: z.number().int().min(1).max(1000),
  /** A class is rare below this share of the pictures that the largest class has. */
  rareShare: shareSchema,
  /** Pictures look alike up to here: bits of 64 that differ between their fingerprints. */
  differentBits: z.number().int().min(0).max(11),
});
export type QualityThresholds = z.infer<typeof qualityThresholdsSchema>;

export const defaultQualityThresholds: QualityThresholds = {
  sharpness: 20,
  brightness: 0.15,
  clipped: 0.5,
  pictureSide: 32,
  boxSide: 4,
  boxShare: 0.9,
  overlap: 0.6,
  sameBox: 0.9,
  classChanges: 3,
  rareShare: 0.1,
  differentBits: 6,
};
