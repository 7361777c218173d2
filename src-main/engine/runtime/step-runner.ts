/**
 * Runs a training step again and again: what one step computes as `<name>.next`, the next one reads as `<name>`.
 *
 * On the CPU two sets of buffers take turns, so nothing is copied. On a GPU the vectors stay on the device.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ProviderName } from './providers.ts';
import { createReadback, type Readback } from './readback.ts';
import { createSession, takeOutput, toFloats } from './session.ts';

export interface StepRunnerOptions {
  /** ONNX bytes of the step. */
  readonly model: Uint8Array;
  readonly provider: ProviderName;
  readonly threads?: number;
  /** The state's first values, by input name. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Float outputs to return from each step, with their shapes. */
  readonly results: ReadonlyMap<string, readonly number[]>;
}

export type StepFeed =
  | { readonly dtype: 'uint8'; readonly shape: readonly number[]; readonly elements: Uint8Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly elements: Int32Array }
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly elements: Float32Array };

export interface StepRunner {
  /** Results are only valid until the next step. */
  step(feeds: ReadonlyMap<string, StepFeed>): Promise<ReadonlyMap<string, Float32Array>>;
  /** Copies of all state vectors. */
  readState(): Promise<Map<string, Float32Array>>;
  /** The state that the last step began with; only between that step and the next call. */
  readPrevious(): Promise<Map<string, Float32Array>>;
  writeState(state: ReadonlyMap<string, Float32Array>): void;
  dispose(): Promise<void>;
}

/** @throws AppError PROVIDER_UNAVAILABLE */
export async function createStepRunner(options: StepRunnerOptions): Promise<StepRunner> {
  return options.provider === 'cpu' ? createHostRunner(options) : createDeviceRunner(options);
}

async function createHostRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const session = await createSession(options.model, options);
  const results = mapValues(options.results, (shape) => emptyTensor(shape));
  let current = mapValues(options.state, (values) => floatTensor(values.slice()));
  let next = mapValues(options.state, (values) => emptyTensor([values.length]));
  return {
    step: async (feeds) => {
      const fetches = { ...Object.fromEntries(results), ...renameNext(next) };
      await session.run({ ...toTensors(feeds), ...Object.fromEntries(current) }, fetches);
      [current, next] = [next, current];
      return mapValues(results, toFloats);
    },
    readState: async () => mapValues(current, (tensor) => toFloats(tensor).slice()),
    readPrevious: async () => mapValues(next, (tensor) => toFloats(tensor).slice()),
    writeState: (state) => {
      current = mapValues(state, (values) => floatTensor(values.slice()));
    },
    dispose: () => session.release(),
  };
}

async function createDeviceRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const names = [...options.state.keys()];
  const session = await createSession(options.model, { ...options, outputLocation: locateOutputs(options) });
  let state = mapValues(options.state, (values) => floatTensor(values.slice()));
  const readbacks = new Map<number, Readback>();
  const read = async (tensor: Tensor): Promise<Float32Array> => {
    if (tensor.location === 'cpu') return toFloats(tensor).slice();
    const readback = readbacks.get(tensor.size) ?? (await createReadback(tensor.size, options));
    readbacks.set(tensor.size, readback);
    return readback.read(tensor);
  };
  let previous = new Map<string, Tensor>();
  const forget = (tensors: ReadonlyMap<string, Tensor>) => {
    for (const tensor of tensors.values()) tensor.dispose();
  };
  const readAll = async (tensors: ReadonlyMap<string, Tensor>) => {
    const entries: [string, Float32Array][] = [];
    for (const [name, tensor] of tensors) entries.push([name, await read(tensor)]);
    return new Map(entries);
  };
  return {
    step: async (feeds) => {
      forget(previous);
      previous = new Map();
      const outputs = await session.run({ ...toTensors(feeds), ...Object.fromEntries(state) });
      previous = state;
      state = new Map(names.map((name) => [name, takeOutput(outputs, `${name}.next`)]));
      return mapValues(options.results, (_, name) => toFloats(takeOutput(outputs, name)));
    },
    readState: () => readAll(state),
    readPrevious: () => readAll(previous),
    writeState: (values) => {
      forget(previous);
      forget(state);
      previous = new Map();
      state = mapValues(values, (vector) => floatTensor(vector.slice()));
    },
    dispose: async () => {
      forget(previous);
      forget(state);
      for (const readback of readbacks.values()) await readback.dispose();
      await session.release();
    },
  };
}

function locateOutputs(options: StepRunnerOptions): Record<string, 'cpu' | 'gpu-buffer'> {
  const stays = [...options.state.keys()].map((name) => [`${name}.next`, 'gpu-buffer'] as const);
  const comes = [...options.results.keys()].map((name) => [name, 'cpu'] as const);
  return Object.fromEntries([...comes, ...stays]);
}

function renameNext(tensors: ReadonlyMap<string, Tensor>): InferenceSession.FeedsType {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [`${name}.next`, tensor]));
}

export function toTensors(feeds: ReadonlyMap<string, StepFeed>): InferenceSession.FeedsType {
  return Object.fromEntries(
    [...feeds].map(([name, feed]) => [name, new Tensor(feed.dtype, feed.elements, feed.shape)]),
  );
}

function floatTensor(values: Float32Array): Tensor {
  return new Tensor('float32', values, [values.length]);
}

function emptyTensor(shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return new Tensor('float32', new Float32Array(length), shape);
}

function mapValues<K, A, B>(map: ReadonlyMap<K, A>, convert: (value: A, key: K) => B): Map<K, B> {
  return new Map([...map].map(([key, value]) => [key, convert(value, key)]));
}
