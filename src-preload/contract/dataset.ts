/** Immutable dataset versions: which picture, with which label, in which split. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { exportFormatSchema } from './format.ts';
import {
  exportIdSchema,
  imageHashSchema,
  jobIdSchema,
  nameSchema,
  splitSchema,
  timestampSchema,
} from './ids.ts';
import { mostSelected } from './image.ts';
import { taskSchema } from './task.ts';

/** Shares of train, val and test; they sum to 1. */
export const splitFractionsSchema = z
  .tuple([z.number().min(0).max(1), z.number().min(0).max(1), z.number().min(0).max(1)])
  .refine((fractions) => Math.abs(fractions[0] + fractions[1] + fractions[2] - 1) < 1e-6, {
    message: 'split fractions train,val,test must sum to 1',
  });
export type SplitFractions = z.infer<typeof splitFractionsSchema>;

export const splitCountsSchema = z.object({
  train: z.number().int(),
  val: z.number().int(),
  test: z.number().int(),
});
export type SplitCounts = z.infer<typeof splitCountsSchema>;

export const datasetVersionSchema = z.object({
  name: z.string(),
  version: z.number().int(),
  /** classification: a class for each picture; detection: boxes on each picture. */
  task: taskSchema,
  /** The version before this one, null for the first. */
  parentVersion: z.number().int().nullable(),
  seed: z.number().int(),
  splits: splitFractionsSchema.nullable(),
  /** Class names in the order of the model's outputs. */
  classNames: z.array(z.string()),
  counts: splitCountsSchema,
  /** sha-256 over the sorted manifest: equal digests mean equal content. */
  digest: z.string(),
  createdAt: timestampSchema,
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

export const datasetStatisticsSchema = z.object({
  name: z.string(),
  version: z.number().int(),
  total: z.number().int(),
  /** Pictures of each class, in detection those with a box of it, and its boxes. */
  classes: z.array(
    z.object({ className: z.string(), counts: splitCountsSchema, boxes: splitCountsSchema.nullable() }),
  ),
  /** Pictures without a box; null in classification. */
  background: splitCountsSchema.nullable(),
  sources: z.array(z.object({ source: z.string(), counts: splitCountsSchema })),
  /** Pixels. */
  width: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  height: z.object({ min: z.number(), median: z.number(), max: z.number() }),
  sizeBytes: z.number(),
  /** Largest class over smallest class in the train split. */
  imbalance: z.number().nullable(),
  warnings: z.array(z.string()),
});
export type DatasetStatistics = z.infer<typeof datasetStatisticsSchema>;

export const datasetDifferenceSchema = z.object({
  name: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  added: z.number().int(),
  removed: z.number().int(),
  relabelled: z.number().int(),
  moved: z.number().int(),
  unchanged: z.number().int(),
  /** The first changes, at most 1,000. */
  changes: z.array(
    z.object({
      imageHash: z.string(),
      change: z.enum(['added', 'removed', 'relabelled', 'moved']),
      /** The class is null where the picture has boxes. */
      from: z.object({ className: z.string().nullable(), split: splitSchema }).nullable(),
      to: z.object({ className: z.string().nullable(), split: splitSchema }).nullable(),
    }),
  ),
});
export type DatasetDifference = z.infer<typeof datasetDifferenceSchema>;

export const exportLossSchema = z.object({
  /** "scores", "attributes (difficult, truncated)". */
  what: z.string(),
  /** How many boxes or pictures lose it. */
  count: z.number().int(),
  of: z.enum(['boxes', 'pictures']),
});
export type ExportLoss = z.infer<typeof exportLossSchema>;

export const datasetExportSchema = z.object({
  id: exportIdSchema,
  jobId: jobIdSchema,
  /** `NAME@2` or `NAME@2/test`; `selection` for chosen pictures as they were. */
  reference: z.string(),
  format: exportFormatSchema,
  /** Absolute, on the station's machine; it is there, whole, when the job has succeeded. */
  folder: z.string(),
  pictures: z.number().int(),
  boxes: z.number().int(),
  /** Pictures whose file names were changed, to be unique and such that every tool takes them. */
  renamed: z.number().int(),
  /** What the format has no place for. */
  losses: z.array(exportLossSchema),
  startedAt: timestampSchema,
  endedAt: timestampSchema.nullable(),
});
export type DatasetExport = z.infer<typeof datasetExportSchema>;

/** `NAME` is the newest version, `NAME@2` that version. */
const datasetReferenceSchema = z.string().min(1);

export const exportRequestSchema = z.object({
  /** `NAME`, `NAME@2`, `NAME/test`, `NAME@2/test`. */
  reference: datasetReferenceSchema,
  format: exportFormatSchema,
  /** Absolute; made where it is not there. */
  folder: z.string().min(1).max(4000),
  /** Whatever the folder holds is replaced. */
  overwrite: z.boolean().default(false),
});

export const datasetContract = {
  createVersion: oc
    .route({
      method: 'POST',
      path: '/datasets',
      tags: ['dataset'],
      summary: 'Freeze the labelled pictures into a new dataset version',
    })
    .input(
      z.object({
        name: nameSchema,
        /**
         * Absent: pictures keep the split they had in the parent or came with. Where pictures came with train and
         * none with test, a tenth of those of train, by seed and in each class, is held back for the test, and
         * likewise for val; the statistics' warnings say so. The rest goes 0.7, 0.2, 0.1.
         */
        splits: splitFractionsSchema.optional(),
        seed: z.number().int().default(0),
        /** Only pictures from these sources. */
        sources: z.array(z.string()).optional(),
      }),
    )
    .output(datasetVersionSchema),
  listVersions: oc
    .route({
      method: 'GET',
      path: '/datasets',
      tags: ['dataset'],
      summary: 'All dataset versions, newest first',
    })
    .input(z.object({ name: z.string().optional() }))
    .output(z.array(datasetVersionSchema)),
  getVersion: oc
    .route({ method: 'GET', path: '/datasets/version', tags: ['dataset'], summary: 'One dataset version' })
    .input(z.object({ reference: datasetReferenceSchema }))
    .output(datasetVersionSchema),
  getStatistics: oc
    .route({
      method: 'GET',
      path: '/datasets/statistics',
      tags: ['dataset'],
      summary: 'Counts, sizes and warnings of a version',
    })
    .input(z.object({ reference: datasetReferenceSchema }))
    .output(datasetStatisticsSchema),
  /** Without `from`, the difference to the parent. */
  getDifference: oc
    .route({
      method: 'GET',
      path: '/datasets/difference',
      tags: ['dataset'],
      summary: 'What changed between two versions',
    })
    .input(z.object({ reference: datasetReferenceSchema, from: z.coerce.number().int().optional() }))
    .output(datasetDifferenceSchema),
  exportVersion: oc
    .route({
      method: 'POST',
      path: '/datasets/exports',
      tags: ['dataset'],
      summary: "Write a version, or one of its splits, into a folder of the station's machine",
    })
    .input(exportRequestSchema)
    .output(datasetExportSchema),
  /**
   * What nobody has labelled comes without labels, with a model's suggestions where the format tells them from labels;
   * pictures that came without a split go to train.
   */
  exportPictures: oc
    .route({
      method: 'POST',
      path: '/datasets/exports/pictures',
      tags: ['dataset'],
      summary: "Write chosen pictures with their labels into a folder of the station's machine",
    })
    .input(
      exportRequestSchema
        .omit({ reference: true })
        .extend({ imageHashes: z.array(imageHashSchema).min(1).max(mostSelected) }),
    )
    .output(datasetExportSchema),
  getExport: oc
    .route({ method: 'GET', path: '/datasets/exports/{id}', tags: ['dataset'], summary: 'One export' })
    .input(z.object({ id: exportIdSchema }))
    .output(datasetExportSchema),
  listExports: oc
    .route({ method: 'GET', path: '/datasets/exports', tags: ['dataset'], summary: 'Exports, newest first' })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) }))
    .output(z.array(datasetExportSchema)),
};
