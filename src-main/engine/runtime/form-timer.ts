/**
 * Times the forms of convolution gradients on this machine: each form a graph of its own, all of a gradient in turns,
 * so that they see the same noise.
 */
import { Tensor } from 'onnxruntime-node';
import {
  type Convolution,
  formsByRule,
  type GradientForm,
  type GradientKind,
  listForms,
} from '../autodiff/convolution-forms.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { createExpressions } from '../graph/expressions.ts';
import type { Graph, Value } from '../graph/ops.ts';
import { countElements, type Shape } from '../graph/tensor.ts';
import { writeOnnx } from '../onnx/write.ts';
import type { ProviderName } from './providers.ts';
import { createSession, takeOutput } from './session.ts';
import { createStepWriter } from './step-file.ts';

/** A gradient that a training graph needs. */
export interface GradientQuestion {
  readonly kind: GradientKind;
  readonly convolution: Convolution;
}

export interface FormTimerOptions {
  readonly provider: ProviderName;
  /** CPU threads of each session; onnxruntime's choice if absent. */
  readonly threads?: number;
  /** Milliseconds of a clock that never goes backwards. */
  readonly now: () => number;
}

/** One run of a form. */
export interface FormRun {
  readonly ms: number;
  /** Of the processor, all threads together, which neighbours on a busy machine disturb less; 0 on other devices. */
  readonly cpuMs: number;
}

/** The runs of each form. */
export type FormTimes = ReadonlyMap<string, readonly FormRun[]>;

/** @returns undefined where the deadline passes before each form has run often enough */
export type TimeForms = (question: GradientQuestion, deadline: number) => Promise<FormTimes | undefined>;

/** A form that holds values larger than the rule's by more than this is not tried: speed is not bought with memory. */
const moreBytes = 64 * 2 ** 20;
const rounds = { fewest: 3, most: 7 } as const;

/** What cannot be run on the provider is no candidate; without any, the times are empty. */
export async function createFormTimer(options: FormTimerOptions): Promise<TimeForms> {
  const write = await createStepWriter(options.provider);
  return async (question, deadline) => {
    const feeds = await createFeeds(question.convolution, options);
    const runners: Runner[] = [];
    try {
      for (const graph of listCandidates(question)) {
        if (options.now() >= deadline) return undefined;
        const runner = await openRunner(graph, write(graph), feeds.tensors, options);
        if (runner) runners.push(runner);
      }
      return await takeTurns(runners, options, deadline);
    } finally {
      for (const { dispose } of runners) await dispose();
      await feeds.dispose();
    }
  };
}

/** Arithmetic of the gradient, which is that of the convolution: a multiply-add counted as two. */
export function countGradientFlops({ convolution: { w, dy } }: GradientQuestion): number {
  return 2 * countElements(dy.shape) * countElements(w.shape.slice(1));
}

/** Graphs from x, w and dy to the sum over the gradient, with which a device is done with all of it. */
function listCandidates({ kind, convolution }: GradientQuestion): readonly Graph[] {
  const forms = [...listForms(kind, convolution)];
  const graphs = forms.map(([name, form]) => buildGraph(name, form, convolution));
  const ruled = graphs.find(({ name }) => name === formsByRule[kind](convolution));
  const most = (ruled ? findLargestValue(ruled) : 0) + moreBytes;
  return graphs.filter((graph) => findLargestValue(graph) <= most);
}

function buildGraph(name: string, form: GradientForm, { x, w, attributes, dy }: Convolution): Graph {
  const e = createExpressions(createGraphBuilder());
  const declare = (input: string, { dtype, shape }: Value) => e.builder.input(input, dtype, shape);
  const inputs = { x: declare('x', x), w: declare('w', w), attributes, dy: declare('dy', dy) };
  const gradient = form.build(e, inputs);
  return e.builder.finish(name, [e.sum(gradient, [0, 1, 2, 3], false)]);
}

function findLargestValue({ nodes }: Graph): number {
  const outputs = nodes.flatMap((node): readonly Value[] => node.outputs);
  return outputs.reduce((most, { shape }) => Math.max(most, 4 * countElements(shape)), 0);
}

type Tensors = Readonly<Record<string, Tensor>>;

interface Feeds {
  readonly tensors: Tensors;
  dispose(): Promise<void>;
}

/** x, w and dy, where the sessions want them. */
async function createFeeds({ x, w, dy }: Convolution, options: FormTimerOptions): Promise<Feeds> {
  const values = Object.entries({ x, w, dy });
  const tensors = Object.fromEntries(values.map(([name, { shape }]) => [name, createWave(shape)]));
  if (options.provider !== 'cpu') return moveToDevice(tensors, options);
  return { tensors, dispose: async () => undefined };
}

/** Numbers of both signs, as far from zero as gradients are not: no denormals. */
function createWave(shape: Shape): Tensor {
  const elements = Float32Array.from({ length: countElements(shape) }, (_, i) => ((i * 31) % 17) / 17 - 0.47);
  return new Tensor('float32', elements, shape);
}

/** Through a session whose outputs stay there: they are its own, and end the process if it is released before them. */
async function moveToDevice(onHost: Tensors, { provider }: FormTimerOptions): Promise<Feeds> {
  const builder = createGraphBuilder();
  const outputs = Object.entries(onHost).map(([name, { dims }]) => {
    const input = builder.input(`${name}.host`, 'float32', dims);
    return builder.node('Identity', [input], {}, { outputs: [name] })[0];
  });
  const outputLocation = Object.fromEntries(outputs.map(({ name }) => [name, 'gpu-buffer'] as const));
  const bytes = writeOnnx(builder.finish('to-device', outputs));
  const session = await createSession(bytes, { provider, outputLocation });
  const feeds = Object.entries(onHost).map(([name, tensor]) => [`${name}.host`, tensor]);
  const moved = await session.run(Object.fromEntries(feeds));
  const tensors = Object.fromEntries(outputs.map(({ name }) => [name, takeOutput(moved, name)]));
  return {
    tensors,
    dispose: async () => {
      for (const tensor of Object.values(tensors)) tensor.dispose();
      await session.release();
    },
  };
}

interface Runner {
  readonly form: string;
  readonly runs: FormRun[];
  run(): Promise<FormRun>;
  dispose(): Promise<void>;
}

/** Undefined where the provider does not take the graph or has no memory for it; it has run once then. */
async function openRunner(
  { name: form, inputs }: Graph,
  bytes: Uint8Array,
  feeds: Tensors,
  { provider, threads, now }: FormTimerOptions,
): Promise<Runner | undefined> {
  const options = { provider, ...(threads !== undefined && { threads }) };
  const session = await createSession(bytes, options).catch(() => undefined);
  if (!session) return undefined;
  const read = Object.fromEntries(Object.entries(feeds).filter(([name]) => isAmong(inputs, name)));
  const run = async () => {
    const [start, cpu] = [now(), process.cpuUsage()];
    await session.run(read);
    const { user, system } = process.cpuUsage(cpu);
    return { ms: now() - start, cpuMs: provider === 'cpu' ? (user + system) / 1000 : 0 };
  };
  const dispose = () => session.release();
  try {
    await run();
  } catch {
    await dispose();
    return undefined;
  }
  return { form, runs: [], run, dispose };
}

function isAmong(inputs: readonly Value[], wanted: string): boolean {
  return inputs.some(({ name }) => name === wanted);
}

async function takeTurns(
  runners: readonly Runner[],
  { now }: FormTimerOptions,
  deadline: number,
): Promise<FormTimes | undefined> {
  const isOver = () => now() >= deadline;
  for (let round = 0; round < rounds.most && !isOver(); round++) {
    for (const { run, runs } of runners) runs.push(await run());
  }
  if (runners.some(({ runs }) => runs.length < rounds.fewest)) return undefined;
  return new Map(runners.map(({ form, runs }) => [form, runs]));
}
