/** What an annotator is told at once about an answer to a picture of known truth. */
import { z } from 'zod';

export const goldFeedbackSchema = z.object({
  isRight: z.boolean(),
  /** Boxes of the truth that the answer has, with their class. */
  found: z.number().int(),
  /** In their place, with another class. */
  wrongClass: z.number().int(),
  missed: z.number().int(),
  /** Boxes of the answer where the truth has none. */
  extra: z.number().int(),
  /** Mean overlap of what was found; null where nothing was. */
  meanIou: z.number().nullable(),
  /** The picture's own class, where the answer has another: null is no class. */
  expectedClass: z.string().nullable().optional(),
});
export type GoldFeedback = z.infer<typeof goldFeedbackSchema>;
