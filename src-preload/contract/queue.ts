/** The queues of the labelling desk: what waits in each, how fast it is worked through, and what a model says of a picture. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { boxGeometrySchema } from './annotation.ts';
import { boxIdSchema, imageHashSchema, timestampSchema } from './ids.ts';
import type { ImageFilter } from './image.ts';
import { jobSchema } from './job.ts';
import { annotatorSchema } from './team.ts';

export const queueIdSchema = z.enum([
  'unlabelled',
  'uncertain',
  'diverse',
  'predicted',
  'draft',
  'disagreement',
  'suspect',
  'rejected',
  'labelled',
  'all',
]);
export type QueueId = z.infer<typeof queueIdSchema>;

/** The pictures of each queue. */
export const queueFilters = {
  unlabelled: { labelled: false },
  uncertain: { queue: 'uncertain' },
  diverse: { queue: 'diverse' },
  predicted: { state: 'predicted' },
  draft: { state: 'draft' },
  disagreement: { queue: 'disagreement' },
  suspect: { queue: 'suspect' },
  rejected: { state: 'rejected' },
  labelled: { labelled: true },
  all: {},
} as const satisfies Record<QueueId, ImageFilter>;

/**
 * What is to be done before a queue can hold pictures. pictures: import some; model: train or import one; scores: have a
 * model look at the pictures; measures: measure them; choice: choose the most diverse of them.
 */
export const queueNeedSchema = z.enum(['pictures', 'model', 'scores', 'measures', 'choice']);
export type QueueNeed = z.infer<typeof queueNeedSchema>;

export const deskQueuesSchema = z.object({
  /** All, in the order of the schema. */
  queues: z.array(
    z.object({
      id: queueIdSchema,
      pictures: z.number().int(),
      /** Null where the queue is what it can be. */
      needs: queueNeedSchema.nullable(),
    }),
  ),
  /** Pictures an hour of the one who asks, over the last ones that were finished; null until it can be told. */
  picturesPerHour: z.number().nullable(),
  /** The champion, else the newest version; `unseen`: pictures that it has not looked at. Null while there is no model. */
  model: z.object({ reference: z.string(), unseen: z.number().int() }).nullable(),
  /** Pictures without a descriptor, from which the most diverse are chosen. */
  undescribed: z.number().int(),
});
export type DeskQueues = z.infer<typeof deskQueuesSchema>;

/** trained: the model has learned from the picture, and may have learned its label by heart; unknown: it came as a file. */
export const exposureSchema = z.enum(['trained', 'heldOut', 'unknown']);
export type Exposure = z.infer<typeof exposureSchema>;

const scoredBoxSchema = boxGeometrySchema.extend({ className: z.string(), score: z.number() });

/**
 * Where a model and the label differ. class: of the picture; swapped: it sees another class in a box; badlyLocated: it sees
 * the thing elsewhere; overlooked: it sees a thing without a box.
 */
export const labelIssueSchema = z.object({
  kind: z.enum(['class', 'swapped', 'badlyLocated', 'overlooked']),
  /** 0 to 1, the worse the higher. */
  suspicion: z.number(),
  /** The box of the label; null of what is overlooked and of the picture's class. */
  boxId: boxIdSchema.nullable(),
  /** What the label says; null of what is overlooked. */
  given: z.string().nullable(),
  /** What the model says instead. */
  className: z.string(),
  /** How sure the model is of that. */
  score: z.number(),
  /** Where the model sees it; null of the picture's class. */
  box: boxGeometrySchema.nullable(),
});
export type LabelIssue = z.infer<typeof labelIssueSchema>;

/** What a model said of a picture the last time one looked at it. */
export const pictureScoreSchema = z.object({
  imageHash: imageHashSchema,
  /** `NAME/VERSION`, or the file. */
  model: z.string(),
  scoredAt: timestampSchema,
  exposure: exposureSchema,
  /** The likeliest first; none of a detector. */
  classes: z.array(z.object({ className: z.string(), probability: z.number() })),
  /** The surest first; none of a classifier. */
  boxes: z.array(scoredBoxSchema),
  /** Of a label that the model can judge; null where there is none. */
  judgement: z
    .object({
      /** 0 the model agrees, 1 it is sure that the label is wrong. */
      suspicion: z.number(),
      /** Whether the picture is, or without a decision would be, among the suspect labels. */
      isSuspect: z.boolean(),
      /** The worst first. */
      issues: z.array(labelIssueSchema),
      /** Who has confirmed or corrected the label since; null while nobody has. */
      decidedBy: z.string().nullable(),
    })
    .nullable(),
});
export type PictureScore = z.infer<typeof pictureScoreSchema>;

export const startScoringSchema = z.object({
  /** `NAME` (its champion), `NAME@ALIAS`, `NAME/VERSION` or an absolute path to an ONNX file. */
  model: z.string().min(1),
  /** Also pictures that it has looked at already. */
  again: z.boolean().default(false),
  /** Detection: boxes below it are not told. */
  confidence: z.number().min(0.01).max(1).default(0.25),
});
export type StartScoring = z.infer<typeof startScoringSchema>;

export const queueContract = {
  /** Without an annotator the queues are those of the station's operator. */
  listQueues: oc
    .route({
      method: 'GET',
      path: '/queues',
      tags: ['annotation'],
      summary: 'The queues of the labelling desk with their pictures, and how fast they are worked through',
    })
    .input(z.object({ annotator: annotatorSchema.optional() }).optional())
    .output(deskQueuesSchema),
  /** Labels stay as they are. */
  startScoring: oc
    .route({
      method: 'POST',
      path: '/scores',
      tags: ['annotation'],
      summary: 'Have a model look at all pictures: what it is unsure of, and labels that it disagrees with',
    })
    .input(startScoringSchema)
    .output(jobSchema),
  findScore: oc
    .route({
      method: 'GET',
      path: '/images/{imageHash}/score',
      tags: ['annotation'],
      summary: 'What a model said of a picture the last time one looked at it; null where none has',
    })
    .input(z.object({ imageHash: imageHashSchema }))
    .output(pictureScoreSchema.nullable()),
  /** Kept, a label leaves the suspect ones until another model looks; not kept, it comes back. */
  confirmLabel: oc
    .route({
      method: 'POST',
      path: '/images/{imageHash}/score/decision',
      tags: ['annotation'],
      summary: 'Confirm a label that a model disagrees with, or take that back',
    })
    .input(
      z.object({ imageHash: imageHashSchema, isKept: z.boolean(), annotator: annotatorSchema.optional() }),
    )
    .output(pictureScoreSchema),
  chooseDiverse: oc
    .route({
      method: 'POST',
      path: '/queues/diverse',
      tags: ['annotation'],
      summary:
        'Choose, of the pictures that nobody has labelled, those most unlike each other and what is labelled',
    })
    .input(z.object({ count: z.number().int().min(1).max(1000).default(200) }))
    .output(jobSchema),
};
