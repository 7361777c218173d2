import { describe, expect, it } from 'vitest';
import {
  defaultTrainingForm,
  readTrainingForm,
} from '../../../../src-renderer/features/training/training-form.ts';

describe('the training form', () => {
  const form = defaultTrainingForm('leaf@2', 'auto');

  it('is a valid request as it stands, and leaves to the station what nobody set', () => {
    const read = readTrainingForm(form);
    if (!read.isValid) throw new Error(JSON.stringify(read.problems));
    expect(read.request.dataset).toBe('leaf@2');
    expect(read.request.model).toBeUndefined();
    expect(read.request.parameters.timeBudgetS).toBe(300);
    expect(read.request.parameters.epochs).toBeUndefined();
    expect(read.request.parameters.imageSize).toBeUndefined();
  });

  it('names the field that is wrong', () => {
    const read = readTrainingForm({
      ...form,
      epochs: 0,
      labelSmoothing: 0.9,
      model: 'a/b',
      timeBudgetMin: -1,
    });
    expect(read.isValid ? [] : Object.keys(read.problems).toSorted()).toEqual([
      'epochs',
      'labelSmoothing',
      'model',
      'timeBudgetMin',
    ]);
  });
});
