/** What a run leaves behind on its way, the same for every task: its curve, its checkpoints, and where it goes on from. */
import type { BlobHash } from '../../../src-preload/contract/ids.ts';
import type { JobContext } from '../../jobs/job-kind.ts';
import type { BlobStore } from '../../store/blobs.ts';
import { decodeCheckpoint, encodeCheckpoint, type LoopState } from './checkpoint.ts';
import type { ProgressReporter } from './progress-reporter.ts';
import type { TrainUpdate } from './train-job.ts';
import { type EpochRecord, initialLoopState, type LoopOptions } from './training-loop.ts';

/** Where the run goes on from, if it has to in this process. */
export interface RunPlace {
  checkpointHash: BlobHash | null;
}

export interface RunRecordsOptions {
  readonly context: Pick<JobContext<TrainUpdate>, 'commit'>;
  readonly blobs: Pick<BlobStore, 'write'>;
  readonly reporter: ProgressReporter;
  readonly journal: { epochClosed(record: EpochRecord, state: LoopState): void };
  /** Of the plan. */
  readonly epochs: number;
  readonly place: RunPlace;
}

export function createRunRecords({
  context,
  blobs,
  reporter,
  journal,
  epochs,
  place,
}: RunRecordsOptions): Pick<LoopOptions<unknown>, 'onStep' | 'onEpoch' | 'onCheckpoint'> {
  const keep = async (step: number, metrics: Readonly<Record<string, number>>, state: LoopState) => {
    const hash = await blobs.write(encodeCheckpoint(state));
    const { epoch, spentMs } = state;
    await context.commit({ step, metrics, checkpoint: { hash, epoch, spentMs: Math.round(spentMs) } });
    place.checkpointHash = hash;
  };
  return {
    onStep: async (report, metrics) => {
      reporter.stepped(report, epochs);
      if (metrics) await context.commit({ step: report.step, metrics, checkpoint: null });
    },
    onEpoch: async (record, state) => {
      await keep(record.step, { ...record.metrics, epoch: record.epoch }, state);
      journal.epochClosed(record, state);
    },
    onCheckpoint: (step, state) => keep(step, {}, state),
  };
}

export interface ResumedRun {
  readonly place: Readonly<RunPlace>;
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly trainer: { loadState(bytes: Uint8Array): Promise<void> };
  readonly log: JobContext<never>['log'];
}

/** The trainer goes on from there too. @throws {AppError} RUN_NOT_RESUMABLE, BLOB_MISSING, MODEL_UNREADABLE */
export async function readLoopState({ place, blobs, trainer, log }: ResumedRun): Promise<LoopState> {
  const { checkpointHash } = place;
  if (checkpointHash === null) return initialLoopState;
  const state = decodeCheckpoint(await blobs.read(checkpointHash));
  await trainer.loadState(state.trainerState);
  const { epoch, underWay } = state;
  const since = underWay ? ` and ${underWay.steps} steps of the next` : '';
  log('info', `goes on from the checkpoint after epoch ${epoch}${since}`);
  return state;
}
