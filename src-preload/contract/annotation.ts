/** Classes, and the labels that pictures get: append-only revisions, undoable across restarts. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { goldFeedbackSchema } from './gold-feedback.ts';
import { boxIdSchema, imageHashSchema, nameSchema, timestampSchema } from './ids.ts';
import { annotatorSchema } from './team.ts';

export const classSchema = z.object({
  name: z.string(),
  /** 0 upwards, in the order of creation: the index in model outputs is by name order of the dataset, not by this. */
  position: z.number().int(),
  /** CSS colour. */
  color: z.string(),
});
export type LabelClass = z.infer<typeof classSchema>;

/** Where a label comes from. */
export const labelSourceSchema = z.enum(['human', 'import', 'model']);
export type LabelSource = z.infer<typeof labelSourceSchema>;

/**
 * none: nobody has looked; draft: boxes are drawn, the picture is not finished; predicted: a model's suggestion waits for
 * a person; labelled: the truth that datasets take, without boxes a background picture; rejected: a review sent it back.
 */
export const annotationStateSchema = z.enum(['none', 'draft', 'predicted', 'labelled', 'rejected']);
export type AnnotationState = z.infer<typeof annotationStateSchema>;

/** Flags and values that formats carry beside a box: difficult, truncated, occluded, iscrowd, … */
export const boxAttributesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type BoxAttributes = z.infer<typeof boxAttributesSchema>;

/** Pixels of the upright picture; x and y are the upper left corner. */
export const boxGeometrySchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});
export type BoxGeometry = z.infer<typeof boxGeometrySchema>;

export const boxSchema = boxGeometrySchema.extend({
  /** Stays the same however the box is edited. */
  id: boxIdSchema,
  className: z.string(),
  /** Who made the box, and stays so when another moves it: the revisions tell who that was. */
  source: labelSourceSchema,
  author: z.string(),
  /** Certainty of the model that made the box, 0 to 1. */
  score: z.number().nullable(),
  /** `NAME/VERSION` or the file name of the model that made the box. */
  model: z.string().nullable(),
  attributes: boxAttributesSchema,
});
export type Box = z.infer<typeof boxSchema>;

/** What a picture shows, as it stands. */
export const annotationSchema = z.object({
  imageHash: imageHashSchema,
  /** The newest revision; null where there is none yet. */
  revisionId: z.number().int().nullable(),
  state: annotationStateSchema,
  /** The picture's own class, its tag. */
  className: z.string().nullable(),
  /** In the order in which they were made. */
  boxes: z.array(boxSchema),
  /** Not the accepted labels, but what the annotator that was asked for says, without a look at them. */
  isAnswer: z.literal(true).optional(),
});
export type Annotation = z.infer<typeof annotationSchema>;

/** What an edit came to; the boxes are those that were there, with those of the edit. */
export const annotationReceiptSchema = annotationSchema.omit({ boxes: true, isAnswer: true }).extend({
  /** The revision that the edit was made on: another than the caller's means that someone else has edited meanwhile. */
  previousRevisionId: z.number().int().nullable(),
  /** Of an answer to a picture of known truth, submitted by this edit. */
  goldFeedback: goldFeedbackSchema.optional(),
});
export type AnnotationReceipt = z.infer<typeof annotationReceiptSchema>;

export const annotationRevisionSchema = z.object({
  id: z.number().int(),
  imageHash: imageHashSchema,
  state: annotationStateSchema,
  /** Null: the label was taken away, or the picture has boxes alone. */
  className: z.string().nullable(),
  /** Boxes that the revision added or changed, and boxes that it took away. */
  boxesPut: z.number().int(),
  boxesRemoved: z.number().int(),
  source: labelSourceSchema,
  author: z.string(),
  createdAt: timestampSchema,
});
export type AnnotationRevision = z.infer<typeof annotationRevisionSchema>;

const travelSchema = z
  .object({ imageHash: imageHashSchema.optional(), annotator: annotatorSchema.optional() })
  .optional();

export const annotationContract = {
  listClasses: oc
    .route({ method: 'GET', path: '/classes', tags: ['annotation'], summary: 'The classes of the station' })
    .input(z.object({}).optional())
    .output(z.array(classSchema)),
  addClass: oc
    .route({ method: 'POST', path: '/classes', tags: ['annotation'], summary: 'Add a class' })
    .input(z.object({ name: nameSchema }))
    .output(classSchema),
  /** Gives, or with null takes away, the class of one or more pictures; one undo step. */
  setClass: oc
    .route({ method: 'POST', path: '/annotations', tags: ['annotation'], summary: 'Label pictures' })
    .input(
      z.object({
        imageHashes: z.array(imageHashSchema).min(1).max(10_000),
        className: z.string().nullable(),
        /** Absent: the station's operator. */
        annotator: annotatorSchema.optional(),
      }),
    )
    /** Left out: what the annotator is to answer at the desk, without a look at others. */
    .output(z.object({ changed: z.number().int(), leftOut: z.array(imageHashSchema) })),
  /** Sends labels, drafts and suggestions back to be looked at; what nobody has labelled is left alone. One undo step. */
  rejectLabels: oc
    .route({
      method: 'POST',
      path: '/annotations/rejections',
      tags: ['annotation'],
      summary: 'Reject the labels of pictures',
    })
    .input(
      z.object({
        imageHashes: z.array(imageHashSchema).min(1).max(10_000),
        /** Absent: the station's operator. */
        annotator: annotatorSchema.optional(),
      }),
    )
    .output(z.object({ changed: z.number().int() })),
  getAnnotation: oc
    .route({
      method: 'GET',
      path: '/images/{imageHash}/annotation',
      tags: ['annotation'],
      summary: 'What a picture shows, as it stands',
    })
    /** With an annotator: of a picture that several answer, what this one says. */
    .input(z.object({ imageHash: imageHashSchema, annotator: annotatorSchema.optional() }))
    .output(annotationSchema),
  /**
   * One stroke of a person: boxes added or changed, boxes taken away, the tag, the state; one undo step. What is not
   * named stays, so that two windows on one picture never undo each other.
   */
  editAnnotation: oc
    .route({
      method: 'POST',
      path: '/images/{imageHash}/annotation',
      tags: ['annotation'],
      summary: 'Add, change and take away boxes of a picture',
    })
    .input(
      z.object({
        imageHash: imageHashSchema,
        /** Absent: the station's operator, and always the accepted labels. */
        annotator: annotatorSchema.optional(),
        put: z
          .array(
            boxGeometrySchema.extend({
              id: boxIdSchema,
              className: z.string().min(1),
              attributes: boxAttributesSchema.default({}),
            }),
          )
          .max(10_000)
          .default([]),
        remove: z.array(boxIdSchema).max(10_000).default([]),
        className: z.string().nullable().optional(),
        /** Absent: a picture that nobody has looked at becomes a draft, others stay what they are. */
        state: annotationStateSchema.optional(),
      }),
    )
    .output(annotationReceiptSchema),
  undo: oc
    .route({
      method: 'POST',
      path: '/annotations/undo',
      tags: ['annotation'],
      summary: 'Take back the last labelling step, or the last on one picture',
    })
    .input(travelSchema)
    .output(z.object({ imageHashes: z.array(imageHashSchema) })),
  redo: oc
    .route({
      method: 'POST',
      path: '/annotations/redo',
      tags: ['annotation'],
      summary: 'Do the last undone step again, or the last on one picture',
    })
    .input(travelSchema)
    .output(z.object({ imageHashes: z.array(imageHashSchema) })),
  listRevisions: oc
    .route({
      method: 'GET',
      path: '/images/{imageHash}/revisions',
      tags: ['annotation'],
      summary: 'The label history of a picture, oldest first',
    })
    .input(z.object({ imageHash: imageHashSchema }))
    .output(z.array(annotationRevisionSchema)),
};
