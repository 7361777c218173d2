/** A point that a run goes on from, as one blob: header length, JSON header, trainer state, best model so far. */
import { z } from 'zod';
import { AppError } from '../../base/app-error.ts';
import type { Standing } from './epoch-score.ts';
import { type EpochUnderWay, epochUnderWaySchema } from './epoch-under-way.ts';
import { initialStepWindow, type StepWindow, stepWindowSchema } from './step-metrics.ts';

export interface LoopState {
  /** Epochs done. */
  readonly epoch: number;
  /** Time of the training loop so far, those of earlier processes included. */
  readonly spentMs: number;
  readonly standing: Standing;
  /** What is done of the next epoch; null between two. */
  readonly underWay: EpochUnderWay | null;
  readonly window: StepWindow;
  /** As the engine's trainer gives and takes it; it has a checksum of its own. */
  readonly trainerState: Uint8Array;
  /** ONNX file of the best epoch. */
  readonly bestModel: Uint8Array;
}

const format = 'fieldstation-checkpoint-3';
/** Taken at the end of an epoch alone. */
const formatBefore = 'fieldstation-checkpoint-2';
const lengthBytes = 4;

const scoreSchema = z.object({ quality: z.number(), loss: z.number(), tolerance: z.number() });
const headerSchema = z.object({
  format: z.enum([format, formatBefore]),
  epoch: z.number().int().min(0),
  spentMs: z.number(),
  standing: z.object({
    bestEpoch: z.number().int(),
    best: scoreSchema.nullable(),
    lowestLoss: z.number().nullable(),
    epochsWithout: z.number().int(),
  }),
  underWay: epochUnderWaySchema.nullable().default(null),
  window: stepWindowSchema.default(initialStepWindow),
  trainerStateBytes: z.number().int(),
  bestModelBytes: z.number().int(),
});

export function encodeCheckpoint(state: LoopState): Uint8Array {
  const { trainerState, bestModel, ...rest } = state;
  const header = Buffer.from(
    JSON.stringify({
      format,
      ...rest,
      trainerStateBytes: trainerState.length,
      bestModelBytes: bestModel.length,
    }),
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, trainerState, bestModel]);
}

/** @throws {AppError} RUN_NOT_RESUMABLE for bytes that are no checkpoint of this version */
export function decodeCheckpoint(bytes: Uint8Array): LoopState {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const start = lengthBytes + buffer.readUInt32LE(0);
    const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', lengthBytes, start)));
    const { format: _format, trainerStateBytes, bestModelBytes, ...rest } = header;
    const middle = start + trainerStateBytes;
    if (buffer.length !== middle + bestModelBytes) throw new Error(`it has ${buffer.length} bytes`);
    return { ...rest, trainerState: buffer.subarray(start, middle), bestModel: buffer.subarray(middle) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('RUN_NOT_RESUMABLE', `the checkpoint can not be read: ${reason}`, { cause });
  }
}
