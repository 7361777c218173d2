/** The forms of convolution gradients that were chosen on this machine before: a file of the data folder, made anew where it is lost. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { FormChoice } from '../../engine/index.ts';
import { writeFileDurably } from '../../store/durable-files.ts';

/** Names of forms by gradient, by machine. */
export type FormsByMachine = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FormCounts {
  readonly timed: number;
  /** Those for which the time budget of their run did not reach: they stay by rule. */
  readonly untimed: number;
}

export interface KeptForms {
  /** A file that can not be read counts for nothing; why, for a log. */
  read(): { readonly byMachine: FormsByMachine; readonly problem: string | null };
  /** Of these what was chosen now; what is kept already stays. */
  add(machine: string, choices: readonly FormChoice[]): void;
  count(): FormCounts;
}

const format = 'fieldstation-convolution-forms-1';
const readableByAll = 0o644;

const fileSchema = z.object({
  format: z.literal(format),
  machines: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({ form: z.string(), timesMs: z.record(z.string(), z.number()).nullable() }),
    ),
  ),
});
type Machines = z.infer<typeof fileSchema>['machines'];

export function createKeptForms(file: string): KeptForms {
  return {
    read: () => {
      const { machines, problem } = readFile(file);
      return { byMachine: mapValues(machines, (kept) => mapValues(kept, ({ form }) => form)), problem };
    },
    add: (machine, choices) => {
      const fresh = choices.filter(({ origin }) => origin !== 'known');
      if (fresh.length === 0) return;
      const { machines } = readFile(file);
      const added = Object.fromEntries(
        fresh.map(({ gradient, form, timesMs }) => [gradient, { form, timesMs }]),
      );
      const all = { ...machines, [machine]: { ...added, ...machines[machine] } };
      writeFileDurably(file, `${JSON.stringify({ format, machines: all }, null, 1)}\n`, readableByAll);
    },
    count: () => {
      const kept = Object.values(readFile(file).machines).flatMap((machine) => Object.values(machine));
      const timed = kept.filter(({ timesMs }) => timesMs !== null).length;
      return { timed, untimed: kept.length - timed };
    },
  };
}

function readFile(file: string): { readonly machines: Machines; readonly problem: string | null } {
  if (!existsSync(file)) return { machines: {}, problem: null };
  try {
    return { machines: fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).machines, problem: null };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { machines: {}, problem: `${file} can not be read and is made anew: ${reason}` };
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));
}
