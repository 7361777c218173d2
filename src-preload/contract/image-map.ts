/** The set at a glance: classes by time, with the pictures of each cell. */
import { z } from 'zod';
import { timestampSchema } from './ids.ts';

/** Lengths of calendar time in the station's own zone, the shortest first. */
export const timeUnitSchema = z.enum([
  'minute',
  'quarterHour',
  'hour',
  'sixHours',
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
]);
export type TimeUnit = z.infer<typeof timeUnitSchema>;

export const imageMapSchema = z.object({
  unit: timeUnitSchema,
  /** One more than there are bins: a bin begins with its edge and ends before the next. None without pictures. */
  edges: z.array(timestampSchema),
  /** Pictures of each bin. */
  totals: z.array(z.number().int()),
  /** Of each class that has any, in the order of the classes: pictures of it or with a box of it, bin by bin. */
  classes: z.array(z.object({ className: z.string(), counts: z.array(z.number().int()) })),
  /** Pictures that are not labelled, bin by bin: some of them may show a class by a model's word. */
  unlabelled: z.array(z.number().int()),
});
export type ImageMap = z.infer<typeof imageMapSchema>;
