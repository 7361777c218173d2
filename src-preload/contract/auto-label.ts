/** Labelling by a model: what is sure enough is taken, the rest waits for a person, and a sample measures the errors. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { autoLabelIdSchema, imageHashSchema, jobIdSchema, timestampSchema } from './ids.ts';
import { imageFilterSchema } from './image.ts';

export const startAutoLabelSchema = z.object({
  /** `NAME` (its champion), `NAME@ALIAS`, `NAME/VERSION` or an absolute path to an ONNX file. */
  model: z.string().min(1),
  /** These pictures; absent: those of the filter. Pictures that a person has labelled or begun are left alone. */
  imageHashes: z.array(imageHashSchema).min(1).max(100_000).optional(),
  filter: imageFilterSchema.default({ labelled: false }),
  /** Certainty from which on labels are taken without a look, 0 to 1; 1.01 takes none. */
  acceptFrom: z.number().min(0).max(1.01).default(0.95),
  /** Share of the taken pictures that wait for a person all the same, so that the rate of errors is known. */
  auditShare: z.number().min(0).max(1).default(0.05),
  /** Detection: boxes below it are not drawn. */
  confidence: z.number().min(0.01).max(1).default(0.25),
});
export type StartAutoLabel = z.infer<typeof startAutoLabelSchema>;

export const autoLabelSchema = z.object({
  id: autoLabelIdSchema,
  jobId: jobIdSchema,
  /** `NAME/VERSION`, or the file. */
  model: z.string(),
  acceptFrom: z.number(),
  startedAt: timestampSchema,
  endedAt: timestampSchema.nullable(),
  /** Pictures looked at so far. */
  pictures: z.number().int(),
  /** Taken as labels. */
  accepted: z.number().int(),
  /** Below the certainty. */
  waiting: z.number().int(),
  /** Sure enough, and waiting all the same. */
  audited: z.number().int(),
  /** Of the audited those that a person has decided, and those that the person has changed or rejected. */
  reviewed: z.number().int(),
  wrong: z.number().int(),
  /** Wilson 95 % interval of the share of wrong ones among the accepted; null until one is reviewed. */
  errorInterval: z.tuple([z.number(), z.number()]).nullable(),
});
export type AutoLabel = z.infer<typeof autoLabelSchema>;

export const autoLabelContract = {
  startAutoLabel: oc
    .route({
      method: 'POST',
      path: '/auto-labels',
      tags: ['annotation'],
      summary: 'Label pictures by a model',
    })
    .input(startAutoLabelSchema)
    .output(autoLabelSchema),
  listAutoLabels: oc
    .route({
      method: 'GET',
      path: '/auto-labels',
      tags: ['annotation'],
      summary: 'Labelling by models, newest first, with the rate of errors',
    })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(20) }))
    .output(z.array(autoLabelSchema)),
};
