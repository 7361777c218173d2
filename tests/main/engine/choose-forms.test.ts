/** Which forms a training graph's convolution gradients get: timed, within a budget, and never chosen twice. */
import { describe, expect, it } from 'vitest';
import { formsByRule } from '../../../src-main/engine/autodiff/convolution-forms.ts';
import { chooseForms } from '../../../src-main/engine/choose-forms.ts';
import { createClassifier, createTrainer } from '../../../src-main/engine/index.ts';
import { toTrainableModel } from '../../../src-main/engine/nn/classification-task.ts';
import { createFormTimer, type TimeForms } from '../../../src-main/engine/runtime/form-timer.ts';

const classifier = createClassifier({ architecture: 'classifier-nano', classes: 2, imageSize: 32, seed: 1 });
const training = {
  model: toTrainableModel(classifier, 0),
  batchSize: 64,
  optimizer: { kind: 'adamw', weightDecay: 0 },
  provider: 'cpu',
  threads: 1,
} as const;
const calm = { ...training, known: new Map(), now: () => 0, budgetMs: 1 };

/** Every form takes 10 ms in each run, but for those told; the processor as long, or so many times that. */
function pretend(others: Readonly<Record<string, readonly number[]>>, cpuFactor = 1): TimeForms {
  const forms = ['gathered', 'tapwise', 'shifted', 'unfolded', 'swapped', 'mirrored', 'transposed'];
  const toRuns = (times: readonly number[]) => times.map((ms) => ({ ms, cpuMs: cpuFactor * ms }));
  return async () => {
    const even = toRuns([10, 10, 10]).map(({ ms }) => ({ ms, cpuMs: ms }));
    return new Map(forms.map((form) => [form, others[form] ? toRuns(others[form]) : even]));
  };
}

describe('forms', () => {
  it('are switched where one is faster by a tenth in the median and at best for no more work, else stay by rule', async () => {
    const choose = async (timeForms: TimeForms) => {
      const choices = await chooseForms({ ...calm, timeForms });
      return choices.filter(({ gradient }) => gradient.startsWith('weight')).map(({ form }) => form);
    };
    const ruled = await choose(pretend({}));
    expect(new Set(ruled)).not.toContain('swapped');
    expect(new Set(await choose(pretend({ swapped: [8, 8, 9] })))).toEqual(new Set(['swapped']));
    expect(await choose(pretend({ swapped: [9.5, 9.5, 9.5] }))).toEqual(ruled);
    expect(await choose(pretend({ swapped: [8, 8, 9], ...firstRunLucky(ruled) }))).toEqual(ruled);
    expect(await choose(pretend({ swapped: [8, 8, 9] }, 1.5))).toEqual(ruled);
    const sameWork = pretend({ swapped: [8, 8, 9] }, 1.2);
    expect(await choose(sameWork)).toEqual(ruled);
    const onTwo = await chooseForms({ ...calm, threads: 2, timeForms: sameWork });
    expect(onTwo.some(({ form }) => form === 'swapped')).toBe(true);
  });

  it('that are known are not timed again, and a graph without work for them asks nothing', async () => {
    const [first, ...others] = await chooseForms({ ...calm, timeForms: pretend({}) });
    const known = new Map(first ? [[first.gradient, 'unfolded']] : []);
    const again = await chooseForms({ ...calm, known, timeForms: pretend({}) });
    expect(again[0]).toEqual({ ...first, form: 'unfolded', isByRule: false, origin: 'known', timesMs: null });
    expect(again.slice(1)).toEqual(others);
    const never: TimeForms = () => Promise.reject(new Error('it was timed'));
    expect(await chooseForms({ ...calm, batchSize: 1, timeForms: never })).toEqual([]);
  });

  it('are timed by arithmetic until the budget is used up, and stay by rule after', async () => {
    let time = 0;
    const slow: TimeForms = async (question, deadline) => {
      time += 400;
      return deadline > time ? pretend({ swapped: [1, 1, 1] })(question, deadline) : undefined;
    };
    const choices = await chooseForms({ ...calm, now: () => time, budgetMs: 1000, timeForms: slow });
    expect(choices.length).toBeGreaterThan(4);
    expect(choices.map(({ timesMs }) => timesMs !== null)).toEqual(choices.map((_, index) => index < 2));
    expect(choices.slice(2).every(({ isByRule, origin }) => isByRule && origin === 'untimed')).toBe(true);
    expect(time).toBe(1200);
  });

  it('make the same step: the loss differs by rounding alone, and the same forms give the same bytes', async () => {
    const choices = await chooseForms({ ...calm, timeForms: pretend({ swapped: [1, 1, 1] }) });
    const forms = new Map(choices.map(({ gradient, form }) => [gradient, form]));
    const [ruled, chosen, again] = [await train(), await train(forms), await train(forms)];
    expect(chosen.losses).toEqual(ruled.losses.map((loss) => expect.closeTo(loss, 3)));
    expect(Buffer.compare(chosen.state, ruled.state)).not.toBe(0);
    expect(Buffer.compare(chosen.state, again.state)).toBe(0);
  });
});

describe('the timer', () => {
  it('runs each form that applies at least three times, and gives up where the deadline is past', async () => {
    const now = () => performance.now();
    const time = await createFormTimer({ provider: 'cpu', threads: 1, now });
    const value = (shape: readonly number[]) => ({ name: 'v', dtype: 'float32', shape }) as const;
    const attributes = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
    const convolution = {
      x: value([1, 4, 8, 8]),
      w: value([4, 4, 3, 3]),
      attributes,
      dy: value([1, 4, 8, 8]),
    };
    const question = { kind: 'weight', convolution } as const;
    const times = await time(question, Number.POSITIVE_INFINITY);
    expect([...(times?.keys() ?? [])].sort()).toEqual([
      'gathered',
      'shifted',
      'swapped',
      'tapwise',
      'unfolded',
    ]);
    for (const taken of times?.values() ?? []) expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(times?.has(formsByRule.weight(convolution))).toBe(true);
    expect(await time(question, now())).toBeUndefined();
  });
});

/** What the rule took, once as fast as the fastest: its median alone is slower. */
function firstRunLucky(ruled: readonly string[]): Record<string, readonly number[]> {
  return Object.fromEntries(ruled.map((form) => [form, [8, 10, 10]]));
}

async function train(forms?: ReadonlyMap<string, string>) {
  const { model: _, ...options } = training;
  const trainer = await createTrainer({
    ...options,
    model: classifier,
    labelSmoothing: 0,
    ...(forms && { forms }),
  });
  const images = Uint8Array.from({ length: 64 * 32 * 32 * 3 }, (_, index) => (index * 37) % 251);
  const labels = Int32Array.from({ length: 64 }, (_, index) => index % 2);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) losses.push((await trainer.step(images, labels, 1e-3)).loss);
  const state = await trainer.readState();
  await trainer.dispose();
  return { losses, state };
}
