/** What models of a station are asked: which class a picture has, or what lies where on it. */
import { z } from 'zod';

export const taskSchema = z.enum(['classification', 'detection']);
export type Task = z.infer<typeof taskSchema>;
