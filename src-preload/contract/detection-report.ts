/** How good a detector is on a split: the figures of COCO, of thresholds, of confusions and of errors by their kind. */
import { z } from 'zod';
import { boxGeometrySchema } from './annotation.ts';
import { boxIdSchema, evaluationIdSchema, imageHashSchema } from './ids.ts';

/** Milliseconds for one picture at a time, model only. */
export const latencySchema = z.object({
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  mean: z.number(),
});

/** Null where there is no truth to find: no number, rather than 0. */
const shareSchema = z.number().nullable();

export const detectionClassSchema = z.object({
  className: z.string(),
  /** Average precision at an intersection over union of 0.5, at 0.75, and the mean over 0.50, 0.55 … 0.95. */
  ap50: shareSchema,
  ap75: shareSchema,
  ap5095: shareSchema,
  /** At the class's own best threshold. */
  precision: shareSchema,
  recall: shareSchema,
  f1: shareSchema,
  /** The confidence at which this class has its highest F1. */
  bestThreshold: shareSchema,
  /** Boxes of the truth, crowds left out. */
  support: z.number().int(),
  /** Detections of the class at any confidence. */
  detections: z.number().int(),
});

/** COCO's sizes: areas below 32², from 32² to 96², and above, in pixels of the original picture. */
export const boxSizeSchema = z.enum(['small', 'medium', 'large']);

/**
 * What is wrong with a detection or with a truth that nothing found (Bolya et al. 2020, TIDE): another class, too far off,
 * both, a second detection of one truth, nothing there at all; a truth that no detection comes near.
 */
export const detectionErrorKindSchema = z.enum([
  'classification',
  'localization',
  'both',
  'duplicate',
  'background',
  'missed',
]);
export type DetectionErrorKind = z.infer<typeof detectionErrorKindSchema>;

export const detectionErrorSchema = z.object({
  kind: detectionErrorKindSchema,
  /** Detections, or truths for `missed`. */
  count: z.number().int(),
  /** AP at IoU 0.5 that would be gained if this kind of error alone were put right, 0 to 1. */
  apCost: z.number(),
});

/** One curve per class beside that of all classes. Values lie at the confidences or recalls of the grid. */
const curveSetSchema = z.object({
  /** Mean over the classes that have truth. */
  all: z.array(shareSchema),
  /** In the order of `classNames`; an empty list for a class without truth. */
  perClass: z.array(z.array(shareSchema)),
});

export const detectionCurvesSchema = z.object({
  /** The grid of the three curves over confidence: 0, 0.01 … 1. */
  confidences: z.array(z.number()),
  precision: curveSetSchema,
  recall: curveSetSchema,
  f1: curveSetSchema,
  /** The grid of the curve of precision over recall: 0, 0.01 … 1. */
  recalls: z.array(z.number()),
  /** Interpolated as COCO does, at IoU 0.5. */
  precisionAtRecall: curveSetSchema,
});

export const providerSpeedSchema = z.object({
  provider: z.string(),
  latencyMs: latencySchema,
  /** Decoding and preparation included. */
  picturesPerSecond: z.number(),
});

export const detectionReportSchema = z.object({
  task: z.literal('detection'),
  /** COCO's twelve figures, equal to pycocotools': mean over the classes that have truth, null where there is none. */
  map50: shareSchema,
  map75: shareSchema,
  map5095: shareSchema,
  mapSmall: shareSchema,
  mapMedium: shareSchema,
  mapLarge: shareSchema,
  /** Mean recall over IoU 0.50 to 0.95 with the 1, 10, 100 most certain detections of each picture and class. */
  ar1: shareSchema,
  ar10: shareSchema,
  ar100: shareSchema,
  arSmall: shareSchema,
  arMedium: shareSchema,
  arLarge: shareSchema,
  /** Means over the classes at the one confidence with the highest mean F1, `bestThreshold`, at IoU 0.5. */
  precision: shareSchema,
  recall: shareSchema,
  f1: shareSchema,
  bestThreshold: shareSchema,
  perClass: z.array(detectionClassSchema),
  /** Truths by size, with recall at `bestThreshold`. */
  sizes: z.array(
    z.object({
      size: boxSizeSchema,
      support: z.number().int(),
      ap50: shareSchema,
      ap5095: shareSchema,
      ar100: shareSchema,
    }),
  ),
  classNames: z.array(z.string()),
  /**
   * `confusion[i][j]`: boxes of class i found as class j, in the order of `classNames` and then the background: the last
   * row are detections of nothing, the last column truths that were not found.
   */
  confusion: z.array(z.array(z.number().int())),
  curves: detectionCurvesSchema,
  /** In the order of `detectionErrorKindSchema`. */
  errors: z.array(detectionErrorSchema),
  /** AP at IoU 0.5 that wrong detections, and truths that were not found, cost in all. */
  falsePositiveApCost: z.number(),
  falseNegativeApCost: z.number(),
  /** What the figures were made with. */
  thresholds: z.object({
    /** Of the confusion matrix, and of the kinds of error. */
    iou: z.number(),
    /** Below it a detection and a truth have nothing to do with each other. */
    backgroundIou: z.number(),
    /** Of the confusion matrix: `bestThreshold`, or what was asked for. */
    confidence: z.number(),
    /** Detections below it were not kept. */
    leastConfidence: z.number(),
    /** Of the suppression of detections that overlap; null for a model that does it itself. */
    suppressionIou: z.number().nullable(),
    /** Detections of one picture. */
    maxDetections: z.number().int(),
  }),
  /** Pictures, and those among them without a box. */
  count: z.number().int(),
  backgroundCount: z.number().int(),
  /**
   * Pictures with more than 100 boxes of a class: COCO's figures look at 100 detections of each, so that they can not reach
   * 1 there; those at a threshold look at all.
   */
  crowdedCount: z.number().int().optional(),
  /** Boxes of the truth; regions of many objects that are neither found nor missed; detections. */
  truths: z.number().int(),
  crowds: z.number().int(),
  detections: z.number().int(),
  latencyMs: latencySchema,
  provider: z.string(),
  /** The provider of the evaluation first. */
  speeds: z.array(providerSpeedSchema),
});
export type DetectionReport = z.infer<typeof detectionReportSchema>;

/** `ignored`: inside a crowd region, neither right nor wrong. */
export const detectionOutcomeSchema = z.enum([
  'correct',
  'classification',
  'localization',
  'both',
  'duplicate',
  'background',
  'ignored',
]);
export type DetectionOutcome = z.infer<typeof detectionOutcomeSchema>;

/** Which detections are meant; what is absent may be anything. */
export const detectionQuerySchema = z.object({
  outcome: detectionOutcomeSchema.optional(),
  className: z.string().optional(),
  /** Class of the truth that the detection is about. */
  trueClass: z.string().optional(),
  minScore: z.number().optional(),
});
export type DetectionQuery = z.infer<typeof detectionQuerySchema>;

/** Which truths are meant. */
export interface TruthQuery {
  /** Null: any. */
  readonly outcome: TruthOutcome | null;
  readonly className?: string | undefined;
  readonly size?: z.infer<typeof boxSizeSchema> | undefined;
}

/** Which pictures are meant: those with such a detection, or for `missed` with such a truth. */
export const detectionErrorFilterSchema = z.object({
  evaluationId: evaluationIdSchema,
  /** Absent: any error. */
  kind: detectionErrorKindSchema.or(z.literal('correct')).optional(),
  className: z.string().optional(),
  trueClass: z.string().optional(),
  /** Of the detection. */
  minScore: z.number().optional(),
});
export type DetectionErrorFilter = z.infer<typeof detectionErrorFilterSchema>;

/** `mistaken`: not found, but a classification or localization error lies on it; `ignored`: a crowd region. */
export const truthOutcomeSchema = z.enum(['found', 'mistaken', 'missed', 'ignored']);
export type TruthOutcome = z.infer<typeof truthOutcomeSchema>;

export const judgedDetectionSchema = boxGeometrySchema.extend({
  /** Detections that collapse to a line are detections all the same. */
  width: z.number(),
  height: z.number(),
  imageHash: imageHashSchema,
  /** Place among the picture's detections, the most certain first. */
  index: z.number().int(),
  className: z.string(),
  score: z.number(),
  /** At IoU 0.5. */
  outcome: detectionOutcomeSchema,
  /** The truth that was found, or that the error is about. */
  truth: z.object({ id: boxIdSchema, className: z.string(), iou: z.number() }).nullable(),
});
export type JudgedDetection = z.infer<typeof judgedDetectionSchema>;

export const judgedTruthSchema = boxGeometrySchema.extend({
  id: boxIdSchema,
  imageHash: imageHashSchema,
  className: z.string(),
  /** At IoU 0.5. */
  outcome: truthOutcomeSchema,
});
export type JudgedTruth = z.infer<typeof judgedTruthSchema>;

/** One picture of an evaluation, for a look at what was found and what was there. */
export const judgedPictureSchema = z.object({
  imageHash: imageHashSchema,
  fileName: z.string(),
  /** Pixels. */
  width: z.number().int(),
  height: z.number().int(),
  /** The most certain first. */
  detections: z.array(judgedDetectionSchema),
  truths: z.array(judgedTruthSchema),
});
export type JudgedPicture = z.infer<typeof judgedPictureSchema>;

const cocoBoxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** COCO's own names. */
export const cocoFilesSchema = z.object({
  results: z.array(
    z.object({
      image_id: z.number().int(),
      category_id: z.number().int(),
      /** x, y, width, height */
      bbox: cocoBoxSchema,
      score: z.number(),
      file_name: z.string(),
      category_name: z.string(),
    }),
  ),
  truth: z.object({
    images: z.array(
      z.object({
        id: z.number().int(),
        file_name: z.string(),
        width: z.number().int(),
        height: z.number().int(),
      }),
    ),
    categories: z.array(z.object({ id: z.number().int(), name: z.string() })),
    annotations: z.array(
      z.object({
        id: z.number().int(),
        image_id: z.number().int(),
        category_id: z.number().int(),
        bbox: cocoBoxSchema,
        area: z.number(),
        iscrowd: z.number().int(),
      }),
    ),
  }),
});
export type CocoFiles = z.infer<typeof cocoFilesSchema>;
