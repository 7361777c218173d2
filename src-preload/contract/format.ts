/** The file formats in which labelled pictures come from and go to other tools. */
import { z } from 'zod';

/**
 * voc: Pascal VOC; coco: COCO JSON; yolo: a txt file per picture with data.yaml; csv: a row per box; label-studio: its
 * JSON; cvat: CVAT for images 1.1.
 */
export const annotationFormatSchema = z.enum(['voc', 'coco', 'yolo', 'csv', 'label-studio', 'cvat']);
export type AnnotationFormat = z.infer<typeof annotationFormatSchema>;

/** folder: a folder per split, and in it one per class; for classification. */
export const exportFormatSchema = z.enum([...annotationFormatSchema.options, 'folder']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;
