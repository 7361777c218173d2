/** Finds out which execution providers work here, each in a process of its own: a broken driver takes nothing with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { type ProviderReport, providerReportSchema } from '../../src-preload/contract/system.ts';
import type { Device } from '../../src-preload/contract/training.ts';
import { AppError } from '../base/app-error.ts';
import type { WorkerExit, WorkerLauncher } from '../jobs/worker-port.ts';

export type ProviderName = ProviderReport['name'];

/** What the station asks of a probe worker, once in its life. */
export const probeRequestSchema = z.object({ provider: providerReportSchema.shape.name });
export type ProbeRequest = z.infer<typeof probeRequestSchema>;

/** `listed`: what this build of the runtime contains, in the order of preference. */
export const probeAnswerSchema = z.object({
  listed: z.array(providerReportSchema.shape.name),
  report: providerReportSchema,
});
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;

export interface ProviderProbe {
  /** Tries all providers; calls that come meanwhile share the answer. */
  probe(): Promise<readonly ProviderReport[]>;
  /** Of the last probe on this machine, empty before the first. */
  readonly reports: readonly ProviderReport[];
  /** What `auto` means here, null before the first probe. */
  readonly chosen: ProviderName | null;
  /**
   * The provider that a device means here; probes first where that has not been done.
   * @throws {AppError} PROVIDER_UNAVAILABLE with the reason
   */
  resolve(device: Device): Promise<ProviderName>;
  /** Whether mixed precision trains right on a provider, as the last probe found. */
  getAmp(provider: ProviderName): ProviderReport['amp'];
}

export interface ProviderProbeOptions {
  readonly launcher: WorkerLauncher;
  /** Keeps the reports for the next start, which then need not wait for a probe. */
  readonly file: string;
  /** Of this Fieldstation: another one may hold another runtime. */
  readonly version: string;
}

const patienceMs = 60_000;

export function createProviderProbe(options: ProviderProbeOptions): ProviderProbe {
  const kept = createKeptReports(options);
  let running: Promise<readonly ProviderReport[]> | undefined;
  let reports = kept.read();
  const probe = () => {
    running ??= probeAll(options.launcher)
      .then((found) => {
        reports = found;
        kept.write(found);
        return found;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    probe,
    get reports() {
      return reports;
    },
    get chosen() {
      return findChosen(reports);
    },
    resolve: async (device) => {
      if (device === 'cpu') return 'cpu';
      return chooseFor(device, reports.length > 0 ? reports : await probe());
    },
    getAmp: (provider) =>
      reports.find(({ name }) => name === provider)?.amp ?? {
        isUsable: false,
        reason: `${provider} was not probed yet`,
      },
  };
}

/** The usable one with the fastest step: a software WebGPU device works, but slower than the CPU. */
export function findChosen(reports: readonly ProviderReport[]): ProviderName | null {
  const usable = reports.filter(({ isUsable }) => isUsable);
  const bySpeed = usable.toSorted((a, b) => (a.stepMs ?? Infinity) - (b.stepMs ?? Infinity));
  return bySpeed[0]?.name ?? null;
}

function chooseFor(device: Device, reports: readonly ProviderReport[]): ProviderName {
  if (device === 'auto') return findChosen(reports) ?? 'cpu';
  const report = reports.find(({ name }) => name === device);
  if (report?.isUsable) return report.name;
  const usable = reports.filter(({ isUsable }) => isUsable).map(({ name }) => name);
  throw new AppError(
    'PROVIDER_UNAVAILABLE',
    `${device} does not work on this machine (${report?.reason ?? 'not tried'}): use auto or one of ${usable.join(', ')}`,
    { data: { device, usable } },
  );
}

/** Reports of another machine or another Fieldstation say nothing about this one. */
function createKeptReports({ file, version }: ProviderProbeOptions) {
  const machine = `${hostname()} ${process.platform} ${process.arch} ${version}`;
  const schema = z.object({ machine: z.literal(machine), reports: z.array(providerReportSchema) });
  return {
    read: (): readonly ProviderReport[] => {
      try {
        return schema.parse(JSON.parse(readFileSync(file, 'utf8'))).reports;
      } catch {
        return [];
      }
    },
    write: (reports: readonly ProviderReport[]): void => {
      try {
        writeFileSync(file, JSON.stringify({ machine, reports }));
      } catch {
        // The next start probes again.
      }
    },
  };
}

/** In the order of preference, those that this build lacks at the end. */
async function probeAll(launcher: WorkerLauncher): Promise<ProviderReport[]> {
  const cpu = await probeOne(launcher, 'cpu');
  const reports: ProviderReport[] = [];
  for (const name of cpu.listed) {
    reports.push(name === 'cpu' ? cpu.report : (await probeOne(launcher, name)).report);
  }
  const missing = providerReportSchema.shape.name.options.filter((name) => !cpu.listed.includes(name));
  const lacking = 'this build of onnxruntime does not contain it';
  return [...reports, ...missing.map((name) => refuse(name, lacking))];
}

function probeOne(launcher: WorkerLauncher, provider: ProviderName): Promise<ProbeAnswer> {
  const worker = launcher.launch('probe');
  return new Promise((resolve) => {
    const settle = (answer: ProbeAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      worker.kill();
    };
    const giveUp = (reason: string) => settle({ listed: ['cpu'], report: refuse(provider, reason) });
    const timer = setTimeout(() => giveUp(`no answer within ${patienceMs / 1000} s`), patienceMs);
    worker.onMessage((message) => {
      const answer = probeAnswerSchema.safeParse(message);
      if (answer.success) settle(answer.data);
      else giveUp('the process that tried it gave an answer that this station does not know');
    });
    worker.onExit((exit) => giveUp(describeExit(exit)));
    worker.send({ provider } satisfies ProbeRequest);
  });
}

function refuse(name: ProviderName, reason: string): ProviderReport {
  const amp = { isUsable: false, reason: 'the device is not usable' };
  return { name, isUsable: false, reason, stepMs: null, amp };
}

function describeExit({ code, signal, stderrTail }: WorkerExit): string {
  const lastLine = stderrTail.split('\n').at(-1) ?? '';
  const words = lastLine === '' ? '' : `: ${lastLine}`;
  return `the process that tried it died (${signal ?? `status ${code}`})${words}`;
}
