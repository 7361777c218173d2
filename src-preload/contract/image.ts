/** The pictures of the station and how they are found. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { annotationStateSchema, labelSourceSchema } from './annotation.ts';
import { detectionErrorFilterSchema } from './detection-report.ts';
import { evaluationIdSchema, imageHashSchema, importIdSchema, splitSchema, timestampSchema } from './ids.ts';
import { qualityKindSchema } from './quality-check.ts';
import { annotatorSchema } from './team.ts';

export const imageSchema = z.object({
  hash: imageHashSchema,
  /** Position in the order of arrival, 1 upwards; the cursor of listImages. */
  sequence: z.number().int(),
  fileName: z.string(),
  /** Pixels, after EXIF orientation. */
  width: z.number().int(),
  height: z.number().int(),
  sizeBytes: z.number().int(),
  format: z.string(),
  source: z.string(),
  importId: importIdSchema,
  importedAt: timestampSchema,
  /** The split that came with the import, if any. */
  originSplit: splitSchema.nullable(),
  /** The picture's own class, null while it has none. */
  className: z.string().nullable(),
  state: annotationStateSchema,
  boxCount: z.number().int(),
  labelSource: labelSourceSchema.nullable(),
});
export type Image = z.infer<typeof imageSchema>;

export const imageFilterSchema = z.object({
  /** Only pictures of this class, or with a box of it. */
  className: z.string().optional(),
  /** Only pictures that are, or are not, labelled. */
  labelled: z.boolean().optional(),
  state: annotationStateSchema.optional(),
  /** Without those that this annotator has answered, and, of pictures that are not labelled, with known truth among them. */
  waitingFor: annotatorSchema.optional(),
  source: z.string().optional(),
  importId: importIdSchema.optional(),
  /** Part of the file name, any case. */
  search: z.string().optional(),
  /** Only members of a dataset version, by reference `NAME`, `NAME@2`, `NAME@2/test`. */
  dataset: z.string().optional(),
  /** Only pictures behind one cell of a confusion matrix; null is a detector's background. */
  confusion: z
    .object({
      evaluationId: evaluationIdSchema,
      trueClass: z.string().nullable().optional(),
      predictedClass: z.string().nullable().optional(),
    })
    .optional(),
  /** Only pictures on which a detector erred so. */
  detectionError: detectionErrorFilterSchema.optional(),
  /** Only pictures that this check strikes, at the thresholds of the settings. */
  quality: qualityKindSchema.optional(),
  /** Only pictures that are set aside; they are left out elsewhere, but not of dataset versions and evaluations. */
  setAside: z.literal(true).optional(),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;

export const imagePageSchema = z.object({
  images: z.array(imageSchema),
  /** Pass as `after` to get the next page; null at the end. */
  next: z.number().int().nullable(),
  /** Pictures that match the filter in all. */
  total: z.number().int(),
});

export const imagesContract = {
  listImages: oc
    .route({
      method: 'POST',
      path: '/images/query',
      tags: ['images'],
      summary: 'Pictures that match a filter',
    })
    .input(
      z.object({
        filter: imageFilterSchema.default({}),
        /** newest: the last import first; uncertain: what a model was least sure of first, then the newest. */
        order: z.enum(['newest', 'uncertain']).default('newest'),
        /** Rows to skip: the grid is virtual and asks for windows. */
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(imagePageSchema.omit({ next: true })),
  getImage: oc
    .route({ method: 'GET', path: '/images/{hash}', tags: ['images'], summary: 'One picture' })
    .input(z.object({ hash: imageHashSchema }))
    .output(imageSchema),
  countImages: oc
    .route({
      method: 'GET',
      path: '/images/counts',
      tags: ['images'],
      summary: 'How many pictures there are, by class and source',
    })
    .input(z.object({}).optional())
    .output(
      z.object({
        total: z.number().int(),
        labelled: z.number().int(),
        byClass: z.array(z.object({ className: z.string(), count: z.number().int() })),
        bySource: z.array(z.object({ source: z.string(), count: z.number().int() })),
      }),
    ),
};
