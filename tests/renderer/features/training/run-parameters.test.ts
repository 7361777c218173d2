import { describe, expect, it } from 'vitest';
import { groupParameters } from '../../../../src-renderer/features/training/run-parameters.ts';

describe('the parameters of a run', () => {
  it("of a detector stand under the form's names, each once", () => {
    const params = {
      ...{ task: 'detection', architecture: 'yolox', finalShare: '0.01', confidence: '0.001', mosaic: '1' },
      ...{ timeBudgetS: '2400', learningRate: '0.0014', dataset: 'cells' },
      optimizer: 'adamw',
    };
    const groups = groupParameters(params).map(({ title, parameters }) => [
      title,
      Object.fromEntries(parameters.map(({ label, value }) => [label, value])),
    ]);
    expect(groups).toEqual([
      ['Run', { Dataset: 'cells', Task: 'detection', Architecture: 'yolox', 'Time budget': '40 min' }],
      ['Learning', { optimizer: 'AdamW', lr0: '0.0014', lrf: '0.01' }],
      ['Augmentation', { mosaic: '1' }],
      ['Validation', { conf: '0.001' }],
    ]);
  });

  it('of a classifier keep the words of its form, and nothing is lost', () => {
    const params = { architecture: 'classifier-nano', imageSize: '96', labelSmoothing: '0.05', seed: '0' };
    const shown = groupParameters(params).flatMap(({ parameters }) => parameters);
    expect(shown.map(({ key }) => key).toSorted()).toEqual(Object.keys(params).toSorted());
    expect(shown.map(({ label }) => label)).toContain('Label smoothing');
  });
});
