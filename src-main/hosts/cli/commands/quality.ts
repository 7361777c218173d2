/** `quality`: how many pictures each check strikes, and how many look alike. */
import type { Command } from 'commander';
import type { Installation } from '../../installation.ts';
import { type Answer, formatFields } from '../answer.ts';
import { type CommonOptions, runWithStation, type StationContext } from '../command.ts';
import { assertSucceeded, waitForJob } from '../job-wait.ts';

export function registerQuality(program: Command, installation: Installation): void {
  program
    .command('quality')
    .description('check pictures and labels; pictures that have not been measured are measured first')
    .action((options: CommonOptions) =>
      runWithStation(installation, options, checkQuality, { worksJobs: true }),
    );
}

async function checkQuality({ client, ...context }: StationContext): Promise<Answer> {
  const { unmeasured } = await client.annotation.checkQuality();
  if (unmeasured > 0) {
    const job = await client.annotation.startQualityMeasuring();
    assertSucceeded(await waitForJob(job.id, { client, ...context }));
  }
  const { checks, rareClasses, ...rest } = await client.annotation.checkQuality();
  const { total, exact, pictures } = await client.annotation.listDuplicateGroups({ limit: 1 });
  const byCheck = Object.fromEntries(checks.map((check) => [check.kind, check.pictures]));
  const { setAside } = rest;
  const duplicates = { groups: total, exact, pictures };
  return {
    document: { checks: byCheck, rareClasses, duplicates, setAside, unmeasured: rest.unmeasured },
    text: formatFields({
      ...byCheck,
      rareClasses: rareClasses.map(({ className, count }) => `${className} (${count})`).join(', ') || 'none',
      lookAlike: `${pictures} pictures in ${total} groups, ${exact} of them of the same pixels`,
      setAside,
      unmeasured: rest.unmeasured,
    }),
  };
}
