/** `queues`: what waits at the labelling desk; `score`: a model looks at all pictures, labels stay as they are. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { startScoringSchema } from '../../../../src-preload/contract/queue.ts';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';
import { parseInput } from '../parsed-input.ts';

interface ScoreOptions extends CommonOptions {
  readonly model: string;
  readonly again?: boolean;
  readonly conf?: string;
}

interface QueuesOptions extends CommonOptions {
  readonly annotator?: string;
}

export function registerQueues(program: Command, installation: Installation): void {
  program
    .command('queues')
    .description('what waits in each queue of the labelling desk, and how fast it is worked through')
    .option('--annotator <name>', 'whose queues and pace (default the operator)')
    .action((options: QueuesOptions) =>
      runWithStation(installation, options, ({ client }) => listQueues(client, options.annotator)),
    );
  program
    .command('score')
    .description('have a model look at all pictures: what it is unsure of, and labels that it doubts')
    .requiredOption('--model <name|file.onnx>', 'NAME@ALIAS, NAME/VERSION or an ONNX file')
    .option('--again', 'also at pictures that it has looked at already')
    .option('--conf <confidence>', 'boxes below it are not told (default 0.25)')
    .action((options: ScoreOptions) =>
      runWithStation(installation, options, (context) => score(context, options), { worksJobs: true }),
    );
}

async function score({ client, ...context }: StationContext, options: ScoreOptions): Promise<Answer> {
  const { model, again = false, conf } = options;
  const request = parseInput(startScoringSchema, {
    model: model.endsWith('.onnx') ? resolve(model) : model,
    again,
    ...(conf !== undefined && { confidence: Number(conf) }),
  });
  const job = await client.annotation.startScoring(request);
  assertSucceeded(await waitForJob(job.id, { client, ...context }));
  return listQueues(client);
}

async function listQueues(client: StationContext['client'], annotator?: string): Promise<Answer> {
  const { queues, picturesPerHour, model, undescribed } = await client.annotation.listQueues(
    annotator === undefined ? {} : { annotator },
  );
  const counts = Object.fromEntries(queues.map(({ id, pictures }) => [id, pictures]));
  const needs = Object.fromEntries(queues.flatMap(({ id, needs }) => (needs === null ? [] : [[id, needs]])));
  return {
    document: { queues: counts, needs, picturesPerHour, model, undescribed },
    text: formatFields({
      ...Object.fromEntries(
        queues.map(({ id, pictures, needs }) => [id, needs === null ? pictures : `needs ${needs}`]),
      ),
      picturesPerHour: picturesPerHour === null ? 'not known yet' : Math.round(picturesPerHour),
      ...(model && { unseen: `${model.unseen} by ${model.reference}` }),
    }),
  };
}
