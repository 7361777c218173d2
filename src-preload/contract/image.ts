/** The pictures of the station and how they are found. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { annotationStateSchema, labelSourceSchema } from './annotation.ts';
import { detectionErrorFilterSchema } from './detection-report.ts';
import {
  evaluationIdSchema,
  imageHashSchema,
  importIdSchema,
  selectionIdSchema,
  splitSchema,
  timestampSchema,
} from './ids.ts';
import { imageMapSchema } from './image-map.ts';
import { qualityKindSchema } from './quality-check.ts';
import { rankedOrderSchema, smartQueueSchema } from './queue-order.ts';
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
  /** Who made the newest revision: a person, `import`, or a model; null while there is none. */
  annotator: z.string().nullable(),
  /** How sure the model is that made the newest revision, 0 to 1; null where no model did. */
  certainty: z.number().nullable(),
  /** Make and model from EXIF; null where the file does not tell. */
  camera: z.string().nullable(),
  /** The time of the shutter by EXIF, else of the file that came in, else of its import. */
  takenAt: timestampSchema,
  /** Whose time that is. */
  takenBy: z.enum(['camera', 'file', 'import']),
  /** ThumbHash in base64: a blurred picture for as long as the thumbnail is on its way. */
  placeholder: z.string().nullable(),
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
  /** Make and model; null: only pictures that do not tell. */
  camera: z.string().nullable().optional(),
  /** Taken at this time or later. */
  takenFrom: timestampSchema.optional(),
  /** Taken before this time. */
  takenUntil: timestampSchema.optional(),
  /** Whose newest label is a model's, and it was so sure of it at least or at most, 0 to 1. */
  certaintyFrom: z.number().min(0).max(1).optional(),
  certaintyTo: z.number().min(0).max(1).optional(),
  /** Only labelled pictures whose accepted label is by this person, by `import`, or by this model. */
  annotator: z.string().optional(),
  /** Only the pictures of a kept selection. */
  selection: selectionIdSchema.optional(),
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
  /** Only pictures that wait in this queue of the labelling desk. */
  queue: smartQueueSchema.optional(),
  /** Only pictures that are set aside; they are left out elsewhere, but not of dataset versions and evaluations. */
  setAside: z.literal(true).optional(),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;

/**
 * newest, oldest: by arrival; latest, earliest: by the time they were taken; largest, smallest: by bytes; uncertain: what
 * a model was least sure of first, then the newest; confident: what it was surest of first, then the newest.
 */
export const imageOrderSchema = z.enum([
  'newest',
  'oldest',
  'latest',
  'earliest',
  'nameAscending',
  'nameDescending',
  'largest',
  'smallest',
  'uncertain',
  'confident',
]);
export type ImageOrder = z.infer<typeof imageOrderSchema>;

/** With the orders of the labelling desk's queues. */
export const listOrderSchema = z.enum([...imageOrderSchema.options, ...rankedOrderSchema.options]);
export type ListOrder = z.infer<typeof listOrderSchema>;

/** Pictures that one action takes. */
export const mostSelected = 100_000;

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
        order: listOrderSchema.default('newest'),
        /** Rows to skip: the grid is virtual and asks for windows. */
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(imagePageSchema.omit({ next: true })),
  listImageHashes: oc
    .route({
      method: 'POST',
      path: '/images/hashes',
      tags: ['images'],
      summary: 'The hashes of pictures that match a filter, in its order',
    })
    .input(
      z.object({
        filter: imageFilterSchema.default({}),
        order: imageOrderSchema.default('newest'),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(mostSelected).default(mostSelected),
      }),
    )
    .output(z.object({ hashes: z.array(imageHashSchema), total: z.number().int() })),
  /** Four characters a picture, the beginning of its placeholder, which is its mean colour; `----` where it has none. */
  listImageColors: oc
    .route({
      method: 'POST',
      path: '/images/colors',
      tags: ['images'],
      summary: 'The mean colours of all pictures that match a filter, in its order',
    })
    .input(z.object({ filter: imageFilterSchema.default({}), order: imageOrderSchema.default('newest') }))
    .output(z.object({ colors: z.string() })),
  /** The same pictures get the same id; the last fifty selections are kept. */
  keepSelection: oc
    .route({
      method: 'POST',
      path: '/images/selections',
      tags: ['images'],
      summary: 'Keep chosen pictures, so that they can be filtered by and linked to',
    })
    .input(z.object({ imageHashes: z.array(imageHashSchema).min(1).max(mostSelected) }))
    .output(z.object({ id: selectionIdSchema })),
  mapImages: oc
    .route({
      method: 'POST',
      path: '/images/map',
      tags: ['images'],
      summary: 'How many pictures of each class were taken when',
    })
    .input(
      z.object({
        filter: imageFilterSchema.default({}),
        /** At most so many bins of time. */
        bins: z.number().int().min(1).max(200).default(40),
      }),
    )
    .output(imageMapSchema),
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
  countOrigins: oc
    .route({
      method: 'GET',
      path: '/images/origins',
      tags: ['images'],
      summary: 'How many pictures there are by camera, and labels by annotator',
    })
    .input(z.object({}).optional())
    .output(
      z.object({
        /** Null: pictures that do not tell. */
        byCamera: z.array(z.object({ camera: z.string().nullable(), count: z.number().int() })),
        /** Of labelled pictures, those with most first. */
        byAnnotator: z.array(z.object({ annotator: z.string(), count: z.number().int() })),
        /** Pictures of an earlier version whose camera and time have not been read; measuring reads them. */
        unread: z.number().int(),
      }),
    ),
};
