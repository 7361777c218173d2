/** In which precision a run trains, and why. */
import type { ProviderName } from '../../engine/index.ts';
import type { JobContext } from '../../jobs/job-kind.ts';

export interface RunPrecision {
  /** Automatic mixed precision. */
  readonly amp: boolean;
  /** As the end of the sentence "trains in …". */
  readonly reason: string;
  /** Whether somebody asked for what they do not get, or what brings nothing. */
  readonly isOtherThanAsked: boolean;
}

/** Whether mixed precision trains right on a provider, as the probe found. */
export interface ProvenAmp {
  readonly isUsable: boolean;
  readonly reason: string;
}

const onCpu = 'half precision brings nothing on the CPU, which computes it in float32 and rounds';

/** @param asked absent: mixed where the device has proven it @param proven of the provider */
export function choosePrecision(
  asked: boolean | undefined,
  provider: ProviderName,
  proven: ProvenAmp,
): RunPrecision {
  if (asked === false) return { amp: false, reason: 'float32, as asked for', isOtherThanAsked: false };
  if (provider === 'cpu') {
    return asked
      ? { amp: true, reason: `mixed precision, as asked for; but ${onCpu}`, isOtherThanAsked: true }
      : { amp: false, reason: `float32: ${onCpu}`, isOtherThanAsked: false };
  }
  if (proven.isUsable) {
    return { amp: true, reason: `mixed precision: ${proven.reason}`, isOtherThanAsked: false };
  }
  const though = asked ? ', though mixed precision was asked for' : '';
  return { amp: false, reason: `float32${though}: ${proven.reason}`, isOtherThanAsked: asked === true };
}

export function tellPrecision(
  log: JobContext<never>['log'],
  { reason, isOtherThanAsked }: RunPrecision,
): void {
  log(isOtherThanAsked ? 'warn' : 'info', `trains in ${reason}`);
}
