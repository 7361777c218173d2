import { describe, expect, it } from 'vitest';
import { jobSchema, type Overview, type RegisteredModel } from '../../../../src-preload/contract/index.ts';
import { type LoopState, nextAction } from '../../../../src-renderer/features/overview/next-action.ts';

const emptyOverview: Overview = {
  images: { total: 0, labelled: 0, lastImportAt: null },
  datasets: { versions: 0, newest: null, labelledSince: 0 },
  training: { running: null, runs: 0, lastStatus: null },
  evaluation: { evaluations: 0, lastAccuracy: null, lastModel: null },
  registry: { models: 0, versions: 0 },
  deployment: { model: null, version: null, accuracy: null, requests: 0 },
};

const fresh: LoopState = {
  overview: emptyOverview,
  task: 'classification',
  usedClasses: 0,
  models: [],
  challengerLead: null,
  resumableRun: null,
  isNewestDatasetTrained: false,
};

const withOverview = (part: Partial<Overview>, state: Partial<LoopState> = {}): LoopState => ({
  ...fresh,
  usedClasses: 3,
  ...state,
  overview: { ...emptyOverview, ...part },
});

const labelled = { images: { total: 500, labelled: 500, lastImportAt: 1 } };
const versioned = { ...labelled, datasets: { versions: 1, newest: 'leaf@1', labelledSince: 0 } };
const model = (part: Partial<RegisteredModel>): RegisteredModel => ({
  name: 'leaf',
  createdAt: 0,
  latestVersion: 1,
  champion: null,
  challenger: null,
  ...part,
});

describe('nextAction', () => {
  it('begins with pictures', () => {
    expect(nextAction(fresh)).toMatchObject({ kind: 'import', href: '/data' });
  });

  it('asks for labels where there are none', () => {
    const state = withOverview({ images: { total: 120, labelled: 0, lastImportAt: 1 } }, { usedClasses: 0 });
    expect(nextAction(state)).toMatchObject({ kind: 'label', title: 'Label 120 pictures' });
  });

  it('asks for a second class before a dataset that could not be trained on', () => {
    expect(nextAction(withOverview(labelled, { usedClasses: 1 })).kind).toBe('addClasses');
  });

  it('is content with one class, and labels at the desk, where boxes are drawn', () => {
    const some = { images: { total: 500, labelled: 3, lastImportAt: 1 } };
    const state = { task: 'detection', usedClasses: 1 } as const;
    expect(nextAction(withOverview(some, state)).kind).toBe('createDataset');
    const none = { images: { total: 9, labelled: 0, lastImportAt: 1 } };
    expect(nextAction(withOverview(none, state))).toMatchObject({ kind: 'label', href: '/desk?labelled=no' });
  });

  it('goes on to the first version, then to training on it', () => {
    expect(nextAction(withOverview(labelled)).kind).toBe('createDataset');
    expect(nextAction(withOverview(versioned))).toMatchObject({
      kind: 'train',
      href: '/training?dataset=leaf%401',
    });
  });

  it('offers to resume a run that was cut off before starting another', () => {
    const state = withOverview(versioned, { resumableRun: { id: 'r1', name: 'leaf-1' } });
    expect(nextAction(state)).toMatchObject({ kind: 'resume', href: '/training/r1' });
  });

  it('puts a first model into service', () => {
    const state = withOverview(versioned, { isNewestDatasetTrained: true, models: [model({})] });
    expect(nextAction(state)).toMatchObject({ kind: 'deploy', href: '/models/leaf/1' });
  });

  it('names the lead of a challenger, and does not push one that is behind', () => {
    const models = [model({ champion: 1, challenger: 2, latestVersion: 2 })];
    const ahead = withOverview(versioned, { isNewestDatasetTrained: true, models, challengerLead: 0.031 });
    expect(nextAction(ahead).title).toContain('+3.1 points');
    const behind = withOverview(versioned, { isNewestDatasetTrained: true, models, challengerLead: -0.01 });
    expect(nextAction(behind).kind).toBe('collect');
  });

  it('waits for enough new labels before a further version', () => {
    const trained = { isNewestDatasetTrained: true, models: [model({ champion: 1 })] };
    const datasets = (labelledSince: number) => ({ ...versioned.datasets, labelledSince });
    expect(nextAction(withOverview({ ...versioned, datasets: datasets(24) }, trained)).kind).toBe('collect');
    expect(nextAction(withOverview({ ...versioned, datasets: datasets(25) }, trained)).kind).toBe(
      'createDataset',
    );
  });

  it('lets a running training be watched before anything else', () => {
    const running = jobSchema.parse({
      id: 'j',
      kind: 'train',
      title: 'Train leaf',
      status: 'running',
      progress: { fraction: 0.5, message: 'epoch 3 of 6', remainingMs: null },
      subject: 'r9',
      attempt: 1,
      createdAt: 0,
      startedAt: 0,
      heartbeatAt: 0,
      endedAt: null,
      error: null,
    });
    const state = withOverview({ ...versioned, training: { running, runs: 1, lastStatus: null } });
    expect(nextAction(state)).toMatchObject({ kind: 'watch', href: '/training/r9' });
  });
});
