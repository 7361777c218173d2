import { describe, expect, it } from 'vitest';
import {
  detectionOptionsSchema,
  taskSchema,
  trainingParametersSchema,
} from '../../../../src-preload/contract/index.ts';
import {
  changeDataset,
  defaultTrainingForm,
  readTrainingForm,
} from '../../../../src-renderer/features/training/training-form.ts';
import { optionDefaults, optionGroups } from '../../../../src-renderer/features/training/training-options.ts';

describe('the training form', () => {
  const form = defaultTrainingForm('leaf@2', 'auto');

  it('is a valid request as it stands, and leaves to the station what nobody set', () => {
    const read = readTrainingForm(form, 'classification');
    if (!read.isValid) throw new Error(JSON.stringify(read.problems));
    expect(read.request.dataset).toBe('leaf@2');
    expect(read.request.model).toBeUndefined();
    expect(read.request.parameters.architecture).toBeUndefined();
    expect(read.request.parameters.timeBudgetS).toBeUndefined();
    expect(read.request.parameters.epochs).toBeUndefined();
    expect(read.request.parameters.imageSize).toBeUndefined();
    expect(read.request.parameters.detection).toBeUndefined();
  });

  it('names the field that is wrong', () => {
    const options = { epochs: 0, labelSmoothing: 0.9 };
    const read = readTrainingForm({ ...form, options, model: 'a/b', timeBudgetMin: -1 }, 'classification');
    expect(read.isValid ? [] : Object.keys(read.problems).toSorted()).toEqual([
      'epochs',
      'labelSmoothing',
      'model',
      'timeBudgetMin',
    ]);
  });

  it("names a detector's field that is wrong", () => {
    const options = { mosaic: 2, maxDet: 0, shear: 60, imageSize: 8 };
    const read = readTrainingForm({ ...form, options }, 'detection');
    expect(read.isValid ? [] : Object.keys(read.problems).toSorted()).toEqual([
      'imageSize',
      'maxDet',
      'mosaic',
      'shear',
    ]);
  });

  it("puts a detector's options where the contract has them", () => {
    const options = { imageSize: 320, cosLr: false, mosaic: 0.5, optimizer: 'sgd' };
    const read = readTrainingForm({ ...form, options, timeBudgetMin: 2 }, 'detection');
    if (!read.isValid) throw new Error(JSON.stringify(read.problems));
    const { imageSize, optimizer, timeBudgetS, detection } = read.request.parameters;
    expect({ imageSize, optimizer, timeBudgetS }).toEqual({
      imageSize: 320,
      optimizer: 'sgd',
      timeBudgetS: 120,
    });
    expect(detection).toMatchObject({ cosLr: false, mosaic: 0.5, fliplr: 0.5 });
  });

  it('keeps to itself what the task does not show', () => {
    const options = { labelSmoothing: 0.9, mosaic: 2 };
    expect(readTrainingForm({ ...form, options: { mosaic: 2 } }, 'classification').isValid).toBe(true);
    const read = readTrainingForm({ ...form, options: { ...options, mosaic: 1 } }, 'detection');
    expect(read.isValid && read.request.parameters.labelSmoothing).toBe(optionDefaults.labelSmoothing);
  });

  it('names no architecture beside a model that the run goes on from', () => {
    const read = readTrainingForm({ ...form, base: 'leaf/1', architecture: 'detector-small' }, 'detection');
    expect(read.isValid && read.request.parameters).toMatchObject({ base: 'leaf/1', device: 'auto' });
    expect(read.isValid && 'architecture' in read.request.parameters).toBe(false);
  });

  it('forgets what belongs to a task when the dataset is of another', () => {
    const set = { ...form, base: 'leaf/1', architecture: 'classifier-small', options: { epochs: 3 } };
    expect({ ...set, ...changeDataset('leaf@3', true) }).toEqual({ ...set, dataset: 'leaf@3' });
    expect({ ...set, ...changeDataset('cells@1', false) }).toEqual({ ...form, dataset: 'cells@1' });
  });
});

describe('the options of the training form', () => {
  it.each(taskSchema.options)('show each one of %s once, with its default as a valid value', (task) => {
    const names = optionGroups[task].flatMap(({ options }) => options.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    const set = names.flatMap((name) =>
      optionDefaults[name] === undefined ? [] : [[name, optionDefaults[name]] as const],
    );
    const form = { ...defaultTrainingForm('any@1', 'cpu'), options: Object.fromEntries(set) };
    expect(readTrainingForm(form, task)).toEqual(readTrainingForm(defaultTrainingForm('any@1', 'cpu'), task));
  });

  it("leave out of what a detector has only what makes no difference to it, or is a run's own affair", () => {
    const shown = optionGroups.detection.flatMap(({ options }) => options.map(({ name }) => String(name)));
    const own = Object.keys(detectionOptionsSchema.shape);
    const common = Object.keys(trainingParametersSchema.shape);
    expect([...own, ...common].filter((name) => !shown.includes(name)).toSorted()).toEqual([
      ...['architecture', 'base', 'basePixelRange', 'checkpointEveryS'],
      ...['detection', 'device', 'forms', 'labelSmoothing', 'timeBudgetS'],
    ]);
  });
});
