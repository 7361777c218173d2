/**
 * A trainer's state as bytes: magic, version, header length, JSON header, float32 vectors, SHA-256 of all before it.
 * Numbers are little-endian.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../base/app-error.ts';
import { scalingState } from './optim/loss-scaling.ts';

export interface TrainerState {
  /** What the state belongs to; states of different subjects are not exchangeable. */
  readonly subject: Readonly<Record<string, string | number>>;
  readonly stepCount: number;
  /** Steps done when the optimizer began anew; 0 if absent. */
  readonly restartedAt?: number;
  /** Steps since then whose gradients were not finite in half precision, so that nothing moved; 0 if absent. */
  readonly skippedSteps?: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

interface Header {
  readonly subject: Readonly<Record<string, string | number>>;
  readonly stepCount: number;
  readonly restartedAt?: number;
  readonly skippedSteps?: number;
  readonly vectors: readonly { readonly name: string; readonly length: number }[];
}

const magic = 'FSTRAIN\n';
const version = 1;
const prefixBytes = magic.length + 8;
const checksumBytes = 32;

export function encodeTrainerState(state: TrainerState): Uint8Array {
  const vectors = [...state.vectors].map(([name, values]) => ({ name, length: values.length }));
  const { subject, stepCount, restartedAt = 0, skippedSteps = 0 } = state;
  const header: Header = {
    ...{ subject, stepCount },
    ...(restartedAt > 0 && { restartedAt }),
    ...(skippedSteps > 0 && { skippedSteps }),
    vectors,
  };
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.write(magic, 'latin1');
  prefix.writeUInt32LE(version, magic.length);
  prefix.writeUInt32LE(text.length, magic.length + 4);
  const bodies = [...state.vectors.values()].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  const content = Buffer.concat([prefix, text, ...bodies]);
  return new Uint8Array(Buffer.concat([content, checksum(content)]));
}

/** @throws AppError MODEL_UNREADABLE for bytes that are damaged or of another version */
export function decodeTrainerState(bytes: Uint8Array): TrainerState {
  const content = checkEnvelope(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const textLength = content.readUInt32LE(magic.length + 4);
  const header = parseHeader(content.subarray(prefixBytes, prefixBytes + textLength));
  const vectors = new Map<string, Float32Array>();
  let offset = prefixBytes + textLength;
  for (const { name, length } of header.vectors) {
    const end = offset + 4 * length;
    vectors.set(name, new Float32Array(Uint8Array.from(content.subarray(offset, end)).buffer));
    offset = end;
  }
  const { subject, stepCount, restartedAt = 0, skippedSteps = 0 } = header;
  return { subject, stepCount, restartedAt, skippedSteps, vectors };
}

/** The same weights, statistics and averages with an optimizer that has seen nothing yet. */
export function restartOptimizer(state: TrainerState): TrainerState {
  const vectors = [...state.vectors].map(
    ([name, values]) => [name, kept.has(name) ? values : new Float32Array(values.length)] as const,
  );
  return { ...state, restartedAt: state.stepCount, skippedSteps: 0, vectors: new Map(vectors) };
}

const kept: ReadonlySet<string> = new Set(['parameters', 'statistics', 'average', ...scalingState]);

/** @throws AppError MODEL_UNREADABLE for the state of another model or optimizer, saying where they differ */
export function checkTrainerState(found: TrainerState, expected: TrainerState): void {
  for (const [key, value] of Object.entries(expected.subject)) {
    if (found.subject[key] !== value) throw foreign(`its ${key} is ${found.subject[key]}, expected ${value}`);
  }
  const names = new Set([...found.vectors.keys(), ...expected.vectors.keys()]);
  for (const name of names) {
    const [length, wanted] = [found.vectors.get(name)?.length, expected.vectors.get(name)?.length];
    if (length !== wanted)
      throw foreign(`${name} has ${length ?? 'no'} numbers, expected ${wanted ?? 'none'}`);
  }
}

function checkEnvelope(bytes: Buffer): Buffer {
  if (bytes.length < prefixBytes + checksumBytes || bytes.toString('latin1', 0, magic.length) !== magic) {
    throw foreign('it does not begin like one');
  }
  const found = bytes.readUInt32LE(magic.length);
  if (found !== version) throw foreign(`it has version ${found}, this program reads ${version}`);
  const content = bytes.subarray(0, bytes.length - checksumBytes);
  if (!checksum(content).equals(bytes.subarray(content.length))) {
    throw foreign('its checksum is wrong: it is damaged or cut short');
  }
  return content;
}

function parseHeader(text: Buffer): Header {
  try {
    return JSON.parse(text.toString()) as Header;
  } catch (cause) {
    throw new AppError('MODEL_UNREADABLE', 'the header of the training state is damaged', { cause });
  }
}

function checksum(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

function foreign(reason: string): AppError {
  return new AppError('MODEL_UNREADABLE', `expected a training state of this model: ${reason}`);
}
