/** Classes, and the labels that pictures get: append-only revisions, undoable across restarts. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { imageHashSchema, nameSchema, timestampSchema } from './ids.ts';

export const classSchema = z.object({
  name: z.string(),
  /** 0 upwards, in the order of creation: the index in model outputs is by name order of the dataset, not by this. */
  position: z.number().int(),
  /** CSS colour. */
  color: z.string(),
});
export type LabelClass = z.infer<typeof classSchema>;

export const annotationRevisionSchema = z.object({
  id: z.number().int(),
  imageHash: imageHashSchema,
  /** Null: the label was taken away. */
  className: z.string().nullable(),
  source: z.enum(['human', 'import', 'model']),
  author: z.string(),
  createdAt: timestampSchema,
});
export type AnnotationRevision = z.infer<typeof annotationRevisionSchema>;

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
      }),
    )
    .output(z.object({ changed: z.number().int() })),
  undo: oc
    .route({
      method: 'POST',
      path: '/annotations/undo',
      tags: ['annotation'],
      summary: 'Take back the last labelling step',
    })
    .input(z.object({}).optional())
    .output(z.object({ imageHashes: z.array(imageHashSchema) })),
  redo: oc
    .route({
      method: 'POST',
      path: '/annotations/redo',
      tags: ['annotation'],
      summary: 'Do the last undone step again',
    })
    .input(z.object({}).optional())
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
