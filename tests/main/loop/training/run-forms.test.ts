/** The forms of a run's gradients: chosen once, kept with the run and for the machine, and never other than that. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src-main/base/clock.ts';
import { createClassifier, toTrainableModel } from '../../../../src-main/engine/index.ts';
import { createKeptForms } from '../../../../src-main/loop/training/kept-forms.ts';
import { createFormChooser, type KnownForms } from '../../../../src-main/loop/training/run-forms.ts';
import type { TrainSpec, TrainUpdate } from '../../../../src-main/loop/training/train-job.ts';
import { createBlobStore } from '../../../../src-main/store/blobs.ts';
import type { BlobHash } from '../../../../src-preload/contract/ids.ts';
import { createTemporaryFolder } from '../../store/temporary-folder.ts';

const model = toTrainableModel(
  createClassifier({ architecture: 'classifier-nano', classes: 2, imageSize: 32, seed: 1 }),
  0,
);
const training = {
  model,
  batchSize: 64,
  optimizer: { kind: 'adamw', weightDecay: 0 },
  provider: 'cpu',
  threads: 1,
} as const;
const attempt = { provider: 'cpu', threads: 1, pieces: 1, checkpointHash: null } as const;

/** A data folder with one choice after the other; each form in turn is the fastest. */
function openFolder() {
  const dir = createTemporaryFolder();
  const blobs = createBlobStore(join(dir, 'blobs'));
  const file = join(dir, 'convolution-forms.json');
  const kept = createKeptForms(file);
  const lines: string[] = [];
  const choose = async (fastest: string | null, changes: Partial<TrainSpec & KnownForms> = {}) => {
    const { isTimed = true, runHash = null, ...spec } = changes;
    const updates: TrainUpdate[] = [];
    const commit = async (update: TrainUpdate) => {
      updates.push(update);
      if (update.forms) kept.add(update.forms.machine, update.forms.choices);
    };
    const chooser = createFormChooser(
      { ...attempt, forms: { isTimed, runHash, ...kept.read() }, ...spec } as TrainSpec,
      {
        context: {
          commit,
          log: (level, line) => void lines.push(`${level}: ${line}`),
          signal: new AbortController().signal,
        },
        blobs,
        reporter: { timed: () => undefined },
        clock: systemClock,
      },
    );
    const forms = await chooser({
      ...training,
      timeForms: async () => {
        if (fastest === null) throw new Error('it was timed');
        const takes = (ms: number) => [{ ms, cpuMs: ms }];
        return new Map(
          ['gathered', 'tapwise', 'shifted', fastest].map((form) => [form, takes(form === fastest ? 1 : 9)]),
        );
      },
    });
    return { forms, hash: updates[0]?.forms?.hash ?? null };
  };
  return { file, kept, lines, choose };
}

const beginning = 'a'.repeat(64) as BlobHash;

describe('the forms of a run', () => {
  it('are timed in the first run, and taken as they are in the second: both run the same graph', async () => {
    const { choose, lines, kept } = openFolder();
    const first = await choose('swapped');
    expect([...first.forms.values()]).toContain('swapped');
    expect((await choose(null)).forms).toEqual(first.forms);
    expect(lines[0]).toMatch(
      /^info: convolution gradients, of weights: swapped \d.* other than by rule; \d+ timed in/,
    );
    expect(lines[1]).toMatch(/; 0 timed in 0\.\d s, \d+ known of this machine$/);
    expect(kept.count()).toEqual({ timed: first.forms.size, untimed: 0 });
  });

  it('stay what they were when the run goes on, whatever is known of the machine by then', async () => {
    const { choose, file } = openFolder();
    const { forms, hash } = await choose('swapped');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"swapped"', '"unfolded"'));
    expect((await choose(null, { runHash: hash, checkpointHash: beginning })).forms).toEqual(forms);
    expect([...(await choose(null)).forms.values()]).not.toContain('swapped');
  });

  it('are by rule where that is asked for, and where the run began before there was a choice', async () => {
    const { choose, kept } = openFolder();
    expect((await choose(null, { isTimed: false })).forms.size).toBe(0);
    expect((await choose(null, { checkpointHash: beginning })).forms.size).toBe(0);
    expect(kept.count()).toEqual({ timed: 0, untimed: 0 });
  });

  it('are chosen anew where the run falls back to less memory: its gradients are other ones then', async () => {
    const { choose } = openFolder();
    const { hash } = await choose('swapped');
    const halved = await choose('unfolded', { pieces: 2, runHash: hash, checkpointHash: beginning });
    expect(halved.hash).not.toBeNull();
    expect(halved.hash).not.toBe(hash);
  });

  it('are timed anew where the kept ones are damaged, which the log tells', async () => {
    const { choose, file, lines, kept } = openFolder();
    await choose('swapped');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 80));
    expect(kept.read().problem).toContain('can not be read and is made anew');
    expect([...(await choose('unfolded')).forms.values()]).not.toContain('swapped');
    expect(lines[1]).toMatch(/^warn: .*convolution-forms\.json can not be read/);
    expect(kept.read().problem).toBeNull();
    writeFileSync(file, '{"format":"of another program","machines":{}}');
    expect(kept.count()).toEqual({ timed: 0, untimed: 0 });
  });
});
