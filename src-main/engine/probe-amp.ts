/** Finds out whether a device trains right in mixed precision, by training and by letting a step overflow. */
import { isDeepStrictEqual } from 'node:util';
import { lossScaling } from './optim/loss-scaling.ts';
import { describeCause, findWorst, stepTiny, tinySteps, trainTiny, withTinyTrainer } from './probe-run.ts';
import type { ProviderName } from './runtime/providers.ts';
import { decodeTrainerState, encodeTrainerState } from './trainer-state.ts';

export interface AmpReport {
  readonly usable: boolean;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** Half precision has 11 bits; kernels that add wrongly, or in too few, are off by far more. */
const tolerance = 2e-2;

type TimeStep = () => Promise<number>;

/**
 * @param stepMs of the provider's step in float32 @param timeStep the same step's milliseconds in mixed precision
 */
export async function probeAmp(
  provider: ProviderName,
  stepMs: number,
  timeStep: TimeStep,
): Promise<AmpReport> {
  if (provider !== 'cpu') return tryAmp(provider, stepMs, timeStep);
  const reason = 'it brings nothing on the CPU, which computes half precision in float32 and rounds';
  return { usable: false, reason };
}

/** Any provider, as `probeAmp` those that may gain by it. */
export async function tryAmp(provider: ProviderName, stepMs: number, timeStep: TimeStep): Promise<AmpReport> {
  try {
    const found = await trainTiny({ provider, amp: true });
    const worst = findWorst(found, await trainTiny({ provider: 'cpu', amp: false }));
    if (!(worst < tolerance)) {
      return { usable: false, reason: `training in half precision differs by ${worst.toPrecision(2)}` };
    }
    if (!(await skipsOverflow(provider))) {
      return { usable: false, reason: 'a step that overflows half precision is not skipped as it must be' };
    }
    const [mixed, single] = [await timeStep(), stepMs].map((ms) => ms.toPrecision(2));
    const reason = `${tinySteps} training steps agree with float32; a small step takes ${mixed} ms, ${single} in float32`;
    return { usable: true, reason };
  } catch (error) {
    return { usable: false, reason: `half precision does not run there: ${describeCause(error)}` };
  }
}

/** Shaders may assume that there is no infinity: then the step would be taken, or lost. */
async function skipsOverflow(provider: ProviderName): Promise<boolean> {
  return withTinyTrainer({ provider, amp: true }, async (trainer) => {
    const state = decodeTrainerState(await trainer.readState());
    const scale = Float32Array.of(lossScaling.largestScale);
    const vectors = new Map([...state.vectors, ['lossScale', scale]]);
    await trainer.loadState(encodeTrainerState({ ...state, vectors }));
    await stepTiny(trainer);
    const after = decodeTrainerState(await trainer.readState()).vectors;
    const expected = new Map([...vectors, ['lossScale', scale.map((value) => value / 2)]]);
    return isDeepStrictEqual(new Map(after), expected);
  });
}
