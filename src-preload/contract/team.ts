/** How the pictures are shared out to several annotators, and when their answers make a label. */
import { z } from 'zod';

export const teamRuleSchema = z.object({
  /** Share of the pictures that each annotator labels without a look at what others say, 0 to 1; 0: none. */
  overlapShare: z.number().min(0).max(1),
  /** Share of the answers that must tell a thing for it to be taken. */
  quorum: z.number().min(0.01).max(1),
  /** Overlap, as intersection over union, from which on boxes of two annotators are one thing. */
  iou: z.number().min(0.05).max(1),
});
export type TeamRule = z.infer<typeof teamRuleSchema>;

/** Two of two, two of three, three of five. */
export const defaultTeamRule: TeamRule = { overlapShare: 0, quorum: 0.6, iou: 0.5 };

/** Who labels at a window; told with each stroke. */
export const annotatorSchema = z.string().trim().min(1).max(200);
