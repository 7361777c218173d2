/** Checks of pictures and labels, pictures that look alike, and what is decided about them. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { imageHashSchema, timestampSchema } from './ids.ts';
import { imageSchema } from './image.ts';
import { jobSchema } from './job.ts';
import { qualityKindSchema } from './quality-check.ts';

export const qualityDecisionSchema = z.object({
  id: z.number().int(),
  author: z.string(),
  decidedAt: timestampSchema,
  kept: z.number().int(),
  setAside: z.number().int(),
  takenBack: z.number().int(),
});
export type QualityDecision = z.infer<typeof qualityDecisionSchema>;

export const qualityReportSchema = z.object({
  /** Pictures whose pixels have not been measured yet. */
  unmeasured: z.number().int(),
  /** Every check, with the pictures that it strikes; those that are set aside are left out. */
  checks: z.array(z.object({ kind: qualityKindSchema, pictures: z.number().int() })),
  /** Classes with few pictures beside the largest class, the rarest first. */
  rareClasses: z.array(z.object({ className: z.string(), count: z.number().int() })),
  setAside: z.number().int(),
  /** What undoing takes back. */
  lastDecision: qualityDecisionSchema.nullable(),
});
export type QualityReport = z.infer<typeof qualityReportSchema>;

export const duplicateGroupSchema = z.object({
  /** The oldest first: what else is told compares with it. */
  pictures: z.array(
    z.object({
      image: imageSchema,
      /** Bits of 64 that differ. */
      distance: z.number().int(),
      /**
       * The same size, and the same grey pixels at 512 pixels at most, in a file that differs. Larger JPEG and WebP
       * files are shrunk as they are read: beside files of another format they only look alike.
       */
      isSame: z.boolean(),
    }),
  ),
  /** All are the same. */
  isExact: z.boolean(),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

export const duplicateGroupPageSchema = z.object({
  groups: z.array(duplicateGroupSchema),
  total: z.number().int(),
  exact: z.number().int(),
  /** In all groups together. */
  pictures: z.number().int(),
});

/** Pictures of a decision: more are decided in another. */
const pictureListSchema = z.array(imageHashSchema).max(10_000).default([]);

export const qualityContract = {
  checkQuality: oc
    .route({
      method: 'GET',
      path: '/quality',
      tags: ['annotation'],
      summary: 'How many pictures each check strikes',
    })
    .input(z.object({}).optional())
    .output(qualityReportSchema),
  startQualityMeasuring: oc
    .route({
      method: 'POST',
      path: '/quality/measurements',
      tags: ['annotation'],
      summary: 'Measure the pictures that have not been measured',
    })
    .input(z.object({}).optional())
    .output(jobSchema),
  listDuplicateGroups: oc
    .route({
      method: 'GET',
      path: '/quality/duplicates',
      tags: ['annotation'],
      summary: 'Groups of pictures that look alike, those with the same pixels first',
    })
    .input(
      z.object({
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(200).default(20),
      }),
    )
    .output(duplicateGroupPageSchema),
  /** Pictures that are kept together are no duplicates of each other from then on. */
  decideQuality: oc
    .route({
      method: 'POST',
      path: '/quality/decisions',
      tags: ['annotation'],
      summary: 'Keep pictures, and set others aside: in no queue and no new dataset version',
    })
    .input(z.object({ keep: pictureListSchema, setAside: pictureListSchema }))
    .output(qualityDecisionSchema),
  /** A decision of its own, which undoing takes back. */
  takeBackPictures: oc
    .route({
      method: 'POST',
      path: '/quality/returns',
      tags: ['annotation'],
      summary: 'Take pictures back that are set aside',
    })
    .input(z.object({ imageHashes: z.array(imageHashSchema).min(1).max(10_000) }))
    .output(qualityDecisionSchema),
  undoQualityDecision: oc
    .route({
      method: 'POST',
      path: '/quality/decisions/undo',
      tags: ['annotation'],
      summary: 'Take back the last decision about pictures',
    })
    .input(z.object({}).optional())
    .output(z.object({ imageHashes: z.array(imageHashSchema) })),
};
