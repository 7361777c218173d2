/** How pictures get in: imports from files, folders, archives of other formats, and uploads from a browser. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorCodeSchema } from './errors.ts';
import { annotationFormatSchema } from './format.ts';
import { importIdSchema, jobIdSchema, splitSchema, timestampSchema, uploadIdSchema } from './ids.ts';

/**
 * `auto` looks at the files: idx, label files of a tool (voc, coco, yolo, csv, label-studio, cvat), anything else → folder.
 * `folder`: a folder per class gives labels (`train|val|test/<class>/` keeps splits); loose files are unlabelled.
 * `files`: every picture is unlabelled, whatever folder it lies in.
 * `idx`: the MNIST container, images and labels paired by name, `t10k`/`test` files become the test split.
 * The others: pictures with the boxes and classes that label files give them, splits kept; pictures that no label file
 * speaks of come in unlabelled.
 */
export const importFormatSchema = z.enum([
  'auto',
  'folder',
  'files',
  'idx',
  ...annotationFormatSchema.options,
]);
export type ImportFormat = z.infer<typeof importFormatSchema>;

export const importRequestSchema = z.object({
  /** Absolute paths on the station's machine. */
  paths: z.array(z.string().min(1)).min(1),
  format: importFormatSchema.default('auto'),
  /** For idx: the labels file that belongs to the one images file in `paths`. */
  labelsPath: z.string().min(1).optional(),
  /** Keep all pictures of this import in one split whatever the folder says. */
  split: splitSchema.optional(),
  /** Where the pictures come from, for filters and statistics: a camera, a batch, a field. */
  source: z.string().trim().min(1).max(200).optional(),
});
export type ImportRequest = z.infer<typeof importRequestSchema>;

export const importRejectionSchema = z.object({
  path: z.string(),
  /** Where in a label file: "line 12"; null for a file as a whole. */
  place: z.string().nullable(),
  code: errorCodeSchema,
  reason: z.string(),
});
export type ImportRejection = z.infer<typeof importRejectionSchema>;

export const importSchema = z.object({
  id: importIdSchema,
  jobId: jobIdSchema,
  source: z.string(),
  format: importFormatSchema,
  startedAt: timestampSchema,
  endedAt: timestampSchema.nullable(),
  /** Pictures new to the station. */
  added: z.number().int(),
  /** Pictures whose bytes the station already had; never stored twice. */
  duplicates: z.number().int(),
  /** Files set aside, each with a reason (see listRejections). */
  rejected: z.number().int(),
  /** Pictures that got a class or boxes from the import, or are told by it to show nothing. */
  labelled: z.number().int(),
  /** Pictures that got a model's suggestions from the import, which wait for a review. */
  predicted: z.number().int(),
  /** Pictures among the labelled that show nothing. */
  background: z.number().int(),
  /** Boxes that pictures got from the import. */
  boxes: z.number().int(),
  /** Boxes among them that reached over the picture's edge and were cut there. */
  clipped: z.number().int(),
  /** Labels of pictures, boxes and other parts of label files that were set aside, each with a reason (see listRejections). */
  faults: z.number().int(),
  /** What the import labelled, by class in the order of the names. */
  classes: z.array(
    z.object({
      className: z.string(),
      /** Pictures of the class, or with a box of it. */
      pictures: z.number().int(),
      boxes: z.number().int(),
    }),
  ),
  classesAdded: z.array(z.string()),
});
export type Import = z.infer<typeof importSchema>;

export const collectorContract = {
  importPaths: oc
    .route({
      method: 'POST',
      path: '/imports',
      tags: ['collector'],
      summary: "Import files and folders of the station's machine",
    })
    .input(importRequestSchema)
    .output(importSchema),
  openUpload: oc
    .route({
      method: 'POST',
      path: '/uploads',
      tags: ['collector'],
      summary: 'Open a staging folder for files from elsewhere',
    })
    .input(z.object({}).optional())
    .output(z.object({ uploadId: uploadIdSchema })),
  uploadFile: oc
    .route({
      method: 'POST',
      path: '/uploads/{uploadId}/files',
      tags: ['collector'],
      summary: 'Put one file into an upload',
    })
    .input(
      z.object({
        uploadId: uploadIdSchema,
        /** Relative, with `/`: `healthy/leaf 1.jpg`. */ path: z.string().min(1).max(1000),
        file: z.file(),
        /** When the file was last written where it comes from; absent: now. */
        modifiedAt: z.coerce.number().int().nonnegative().optional(),
      }),
    )
    .output(z.object({ sizeBytes: z.number().int() })),
  importUpload: oc
    .route({
      method: 'POST',
      path: '/uploads/{uploadId}/import',
      tags: ['collector'],
      summary: 'Import what was uploaded',
    })
    .input(importRequestSchema.omit({ paths: true, labelsPath: true }).extend({ uploadId: uploadIdSchema }))
    .output(importSchema),
  listImports: oc
    .route({ method: 'GET', path: '/imports', tags: ['collector'], summary: 'Imports, newest first' })
    .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) }))
    .output(z.array(importSchema)),
  getImport: oc
    .route({
      method: 'GET',
      path: '/imports/{id}',
      tags: ['collector'],
      summary: 'One import with its counts',
    })
    .input(z.object({ id: importIdSchema }))
    .output(importSchema),
  listRejections: oc
    .route({
      method: 'GET',
      path: '/imports/{id}/rejections',
      tags: ['collector'],
      summary: 'Files and parts of label files that were set aside, with reasons',
    })
    .input(z.object({ id: importIdSchema }))
    .output(z.array(importRejectionSchema)),
};
