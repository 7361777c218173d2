/** `label`: has a model label the pictures that nobody has labelled. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type AutoLabel, startAutoLabelSchema } from '../../../../src-preload/contract/auto-label.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { parseInput } from '../parsed-input.ts';

interface LabelOptions extends CommonOptions {
  readonly model: string;
  readonly acceptFrom?: string;
  readonly auditShare?: string;
  readonly conf?: string;
}

export function registerLabel(program: Command, installation: Installation): void {
  program
    .command('label')
    .description(
      'have a model label the pictures that nobody has labelled; what it is unsure of waits for review',
    )
    .requiredOption('--model <name|file.onnx>', 'NAME@ALIAS, NAME/VERSION or an ONNX file')
    .option('--accept-from <certainty>', 'taken without a look from there on, 0 to 1 (default 0.95)')
    .option('--audit-share <share>', 'of the taken, to be looked at all the same (default 0.05)')
    .option('--conf <confidence>', 'boxes below it are not drawn (default 0.25)')
    .action((options: LabelOptions) => {
      return runWithStation(installation, options, (context) => label(context, options), { worksJobs: true });
    });
}

async function label({ client, ...context }: StationContext, options: LabelOptions): Promise<Answer> {
  const { model, acceptFrom, auditShare, conf } = options;
  const request = parseInput(startAutoLabelSchema, {
    model: model.endsWith('.onnx') ? resolve(model) : model,
    ...(acceptFrom !== undefined && { acceptFrom: Number(acceptFrom) }),
    ...(auditShare !== undefined && { auditShare: Number(auditShare) }),
    ...(conf !== undefined && { confidence: Number(conf) }),
  });
  const { id, jobId } = await client.annotation.startAutoLabel(request);
  assertSucceeded(await waitForJob(jobId, { client, ...context }));
  const all = await client.annotation.listAutoLabels({ limit: 1000 });
  const done = all.find((one) => one.id === id);
  if (!done) throw new Error(`bug: labelling ${id} is gone`);
  return toAnswer(done);
}

function toAnswer({ model, pictures, accepted, waiting, audited }: AutoLabel): Answer {
  const fields = { model, pictures, accepted, waiting, audited };
  return { document: fields, text: formatFields(fields) };
}
