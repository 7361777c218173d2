import { describe, expect, it } from 'vitest';
import { mapClasses, mapProbabilities } from '../../../../src-main/loop/evaluation/class-mapping.ts';
import { comparePaired } from '../../../../src-main/loop/evaluation/paired-comparison.ts';
import type { EvaluatedPicture } from '../../../../src-main/store/tables/evaluations.ts';

describe('classes of a model and a dataset', () => {
  it('are matched by name, whatever their order', () => {
    const mapping = mapClasses(['a', 'b', 'c'], ['c', 'a', 'b'], 3);
    expect(mapping.classNames).toEqual(['a', 'b', 'c']);
    expect([...mapProbabilities(mapping, Float32Array.of(1, 2, 3, 4, 5, 6))]).toEqual([2, 3, 1, 5, 6, 4]);
  });

  it('may be more on the side of the model', () => {
    const mapping = mapClasses(['b'], ['a', 'b'], 2);
    expect(mapping.classNames).toEqual(['b', 'a']);
    expect([...mapProbabilities(mapping, Float32Array.of(1, 2))]).toEqual([2, 1]);
  });

  it('may be more on the side of the dataset: the model gives the others no probability', () => {
    const mapping = mapClasses(['a', 'b', 'c'], ['a', 'c'], 2);
    expect([...mapProbabilities(mapping, Float32Array.of(1, 2))]).toEqual([1, 0, 2]);
  });

  it('are in the order of the dataset for a model without names', () => {
    expect(mapClasses(['x', 'y'], undefined, 2).classNames).toEqual(['x', 'y']);
    expect(() => mapClasses(['x', 'y'], undefined, 3)).toThrow('the model has 3 outputs, but 2 classes');
  });

  it('are refused with both lists where each side knows something else', () => {
    expect(() => mapClasses(['cat', 'dog'], ['Cat', 'dog'], 2)).toThrow(
      /model's classes \(Cat, dog\) and the dataset's \(cat, dog\)/,
    );
  });
});

it('compares two models on the pictures that both were tried on', () => {
  const picture = (imageHash: string, isRight: boolean) =>
    ({ imageHash, trueClass: 'a', predictedClass: isRight ? 'a' : 'b', score: 1 }) as EvaluatedPicture;
  const a = [picture('1', true), picture('2', true), picture('3', false), picture('4', false)];
  const b = [
    picture('1', true),
    picture('2', false),
    picture('3', true),
    picture('4', true),
    picture('5', true),
  ];
  expect(comparePaired(a, b)).toMatchObject({
    count: 4,
    accuracyA: 0.5,
    accuracyB: 0.75,
    difference: 0.25,
    onlyARight: 1,
    onlyBRight: 2,
    pValue: 1,
  });
});
