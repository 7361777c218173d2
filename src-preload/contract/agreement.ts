/** Several annotators: how far they agree, what they say together, pictures of known truth, and comments. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { annotationStateSchema, boxGeometrySchema } from './annotation.ts';
import { imageHashSchema, timestampSchema } from './ids.ts';
import { annotatorSchema } from './team.ts';

/** Null wherever there is nothing to measure. */
const agreementShape = {
  /** Boxes, matched or alone, and pictures with a class, that either of the two has told. */
  things: z.number().int(),
  /** Of them those told alike. */
  agreed: z.number().int(),
  /** Mean intersection over union of matched boxes of one class. */
  meanIou: z.number().nullable(),
  /** 2 × agreed / all that both have told, boxes matched from the IoU of the settings on. */
  f1: z.number().nullable(),
  /** Cohen's kappa (1960) over the things, `none` being the class of what one has not told. */
  kappa: z.number().nullable(),
  /** Pictures on which the two have told something that the other has not. */
  differing: z.number().int(),
};

const classAgreementSchema = z.object({ className: z.string(), ...agreementShape });
export type ClassAgreement = z.infer<typeof classAgreementSchema>;

export const annotatorPairSchema = z.object({
  first: z.string(),
  second: z.string(),
  /** That both have answered. */
  pictures: z.number().int(),
  ...agreementShape,
  classes: z.array(classAgreementSchema),
});
export type AnnotatorPair = z.infer<typeof annotatorPairSchema>;

export const teamAgreementSchema = z.object({
  iou: z.number(),
  /** Answered by two or more. */
  pictures: z.number().int(),
  /** Krippendorff's nominal alpha (2011) of the classes that pictures were given by any number of annotators. */
  tagAlpha: z.number().nullable(),
  pairs: z.array(annotatorPairSchema),
  /** Of all pairs together. */
  classes: z.array(classAgreementSchema),
});
export type TeamAgreement = z.infer<typeof teamAgreementSchema>;

export const annotatorActivitySchema = z.object({
  name: z.string(),
  /** Pictures touched. */
  pictures: z.number().int(),
  strokes: z.number().int(),
  /** Drawn by hand, accepted or in answers, those taken away since among them. */
  boxes: z.number().int(),
  /** Their boxes and classes that another person has changed, and their pictures that another has sent back. */
  corrections: z.number().int(),
  /** Over the time in which strokes came less than five minutes apart; null below a minute of it. */
  picturesPerHour: z.number().nullable(),
  lastSeenAt: timestampSchema,
  /** F1 against the answers of all others, pooled; null without a picture in common. */
  agreement: z.number().nullable(),
  /** Answers to pictures of known truth, and their F1. */
  goldPictures: z.number().int(),
  goldScore: z.number().nullable(),
});
export type AnnotatorActivity = z.infer<typeof annotatorActivitySchema>;

const answeredBoxSchema = boxGeometrySchema.extend({ className: z.string() });

export const pictureDisagreementSchema = z.object({
  imageHash: imageHashSchema,
  fileName: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  /** Things that one of the two has told, and the other not, or as another class. */
  disputed: z.number().int(),
  /** Of the first, then of the second. */
  answers: z.array(
    z.object({
      annotator: z.string(),
      className: z.string().nullable(),
      /** The other has given the picture another class, or none. */
      isClassDisputed: z.boolean(),
      boxes: z.array(answeredBoxSchema.extend({ isDisputed: z.boolean() })),
    }),
  ),
});
export type PictureDisagreement = z.infer<typeof pictureDisagreementSchema>;

export const consensusBoxSchema = answeredBoxSchema.extend({
  votes: z.number().int(),
  /** Null where one box stands alone. */
  lowestIou: z.number().nullable(),
});

export const pictureConsensusSchema = z.object({
  imageHash: imageHashSchema,
  fileName: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  /** Of the accepted labels. */
  state: annotationStateSchema,
  answers: z.array(
    z.object({ annotator: z.string(), className: z.string().nullable(), boxes: z.array(answeredBoxSchema) }),
  ),
  /** Annotators who have rejected the picture instead of labelling it. */
  rejectedBy: z.array(z.string()),
  className: z.string().nullable(),
  boxes: z.array(consensusBoxSchema),
  /** Below the quorum: left out. */
  disputed: z.array(consensusBoxSchema),
  /** False where things were told and none has the quorum, or someone has rejected the picture: it is not applied. */
  isDecided: z.boolean(),
});
export type PictureConsensus = z.infer<typeof pictureConsensusSchema>;

export const pictureCommentSchema = z.object({
  id: z.number().int(),
  imageHash: imageHashSchema,
  author: z.string(),
  text: z.string(),
  createdAt: timestampSchema,
  /** Null while it is open. */
  resolvedBy: z.string().nullable(),
  resolvedAt: timestampSchema.nullable(),
});
export type PictureComment = z.infer<typeof pictureCommentSchema>;

export const goldPictureSchema = z.object({
  imageHash: imageHashSchema,
  fileName: z.string(),
  markedBy: z.string(),
  markedAt: timestampSchema,
  /** Answers so far. */
  answers: z.number().int(),
});
export type GoldPicture = z.infer<typeof goldPictureSchema>;

const picturesSchema = z.array(imageHashSchema).min(1).max(1000);

export const agreementContract = {
  listAnnotators: oc
    .route({
      method: 'GET',
      path: '/annotators',
      tags: ['annotation'],
      summary: 'Who labels, how much and how well',
    })
    .input(z.object({}).optional())
    .output(z.array(annotatorActivitySchema)),
  getAgreement: oc
    .route({
      method: 'GET',
      path: '/agreement',
      tags: ['annotation'],
      summary: 'How far annotators agree, pair by pair and class by class',
    })
    .input(z.object({}).optional())
    .output(teamAgreementSchema),
  /** Most disputed first. */
  listDisagreements: oc
    .route({
      method: 'GET',
      path: '/agreement/disagreements',
      tags: ['annotation'],
      summary: 'Pictures on which two annotators disagree, with what each has told',
    })
    .input(
      z.object({
        first: annotatorSchema,
        second: annotatorSchema,
        /** Only what concerns this class. */
        className: z.string().optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.array(pictureDisagreementSchema)),
  /** Pictures that wait for a consensus, those with most answers first. */
  listAnsweredPictures: oc
    .route({
      method: 'GET',
      path: '/agreement/pictures',
      tags: ['annotation'],
      summary: 'Pictures with answers that nobody has decided about',
    })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }))
    .output(z.array(z.object({ imageHash: imageHashSchema, answers: z.number().int() }))),
  previewConsensus: oc
    .route({
      method: 'POST',
      path: '/consensus/preview',
      tags: ['annotation'],
      summary: 'What the answers to pictures come to',
    })
    .input(z.object({ imageHashes: picturesSchema }))
    .output(z.array(pictureConsensusSchema)),
  /** One undo step, by `consensus`; the accepted boxes give way to those of the consensus. */
  applyConsensus: oc
    .route({
      method: 'POST',
      path: '/consensus',
      tags: ['annotation'],
      summary: 'Label pictures by what the answers come to',
    })
    .input(z.object({ imageHashes: picturesSchema }))
    .output(z.object({ changed: z.array(imageHashSchema), undecided: z.array(imageHashSchema) })),
  undoConsensus: oc
    .route({
      method: 'POST',
      path: '/consensus/undo',
      tags: ['annotation'],
      summary: 'Take back the last consensus, whatever was labelled since',
    })
    .input(z.object({}).optional())
    .output(z.object({ imageHashes: z.array(imageHashSchema) })),
  markGold: oc
    .route({
      method: 'POST',
      path: '/images/{imageHash}/gold',
      tags: ['annotation'],
      summary: 'Take the accepted labels of a picture as known truth for annotators, or no longer',
    })
    .input(z.object({ imageHash: imageHashSchema, isGold: z.boolean() }))
    .output(z.object({ isGold: z.boolean() })),
  listGold: oc
    .route({
      method: 'GET',
      path: '/gold',
      tags: ['annotation'],
      summary: 'Pictures of known truth, newest first',
    })
    .input(z.object({}).optional())
    .output(z.array(goldPictureSchema)),
  /** With a verdict the picture is accepted or sent back in the same step. */
  addComment: oc
    .route({
      method: 'POST',
      path: '/images/{imageHash}/comments',
      tags: ['annotation'],
      summary: 'Say something about a picture',
    })
    .input(
      z.object({
        imageHash: imageHashSchema,
        text: z.string().trim().min(1).max(2000),
        annotator: annotatorSchema.optional(),
        verdict: z.enum(['accept', 'reject']).optional(),
      }),
    )
    .output(pictureCommentSchema),
  listComments: oc
    .route({
      method: 'GET',
      path: '/images/{imageHash}/comments',
      tags: ['annotation'],
      summary: 'What was said about a picture, oldest first',
    })
    .input(z.object({ imageHash: imageHashSchema }))
    .output(z.array(pictureCommentSchema)),
  resolveComment: oc
    .route({
      method: 'POST',
      path: '/comments/{id}',
      tags: ['annotation'],
      summary: 'Close a comment, or open it again',
    })
    .input(
      z.object({
        id: z.coerce.number().int(),
        isResolved: z.boolean(),
        annotator: annotatorSchema.optional(),
      }),
    )
    .output(pictureCommentSchema),
};
