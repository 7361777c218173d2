import { describe, expect, it } from 'vitest';
import { type Evaluation, evaluationIdSchema } from '../../../../src-preload/contract/index.ts';
import {
  lookFromSearch,
  measuredModel,
  type PictureQuery,
  picturesHref,
  toImageFilter,
} from '../../../../src-renderer/features/evaluation/evaluation-href.ts';

const id = evaluationIdSchema.parse('e 1');
const evaluation = { id, dataset: { name: 'cells', version: 2, split: 'test' } } as Evaluation;

const readBack = (href: string) => lookFromSearch(href.split('?')[1] ?? '');

describe('picturesHref', () => {
  it.each<PictureQuery>([
    { kind: 'background', minScore: 0.35 },
    { kind: 'any', className: 'WBC & RBC' },
    { className: null, trueClass: 'RBC', isCell: true },
  ])('keeps a query through the address: %o', (query) => {
    const look = readBack(picturesHref(evaluation, { query, at: 3, against: id }));
    expect(look).toEqual({ query, at: 3, against: id });
  });

  it('keeps the picture of a link whose position is not known', () => {
    const imageHash = 'a'.repeat(64);
    expect(readBack(picturesHref(evaluation, { query: {}, imageHash }))).toEqual({ query: {}, imageHash });
  });

  it('leaves out what an address has that is no kind, number or id', () => {
    expect(lookFromSearch('kind=strange&score=high&at=&against=')).toEqual({ query: {} });
  });
});

describe('measuredModel', () => {
  it('names files by their last part, on every system', () => {
    expect(measuredModel({ model: '/home/ana/best.onnx', modelName: null })).toBe('best.onnx');
    expect(measuredModel({ model: 'C:\\models\\best.onnx', modelName: null })).toBe('best.onnx');
    expect(measuredModel({ model: 'cells/2', modelName: 'cells' })).toBe('cells/2');
  });
});

describe('toImageFilter', () => {
  it('asks for every picture of the split where nothing is said', () => {
    expect(toImageFilter(evaluation, {})).toEqual({ dataset: 'cells@2/test' });
  });

  it('asks for a cell of the confusion matrix with null as the background', () => {
    const query = { trueClass: 'RBC', className: null, isCell: true };
    expect(toImageFilter(evaluation, query)).toEqual({
      confusion: { evaluationId: id, trueClass: 'RBC', predictedClass: null },
    });
  });

  it('asks for errors of a kind, or of any', () => {
    expect(toImageFilter(evaluation, { kind: 'missed', trueClass: 'RBC' })).toEqual({
      detectionError: { evaluationId: id, kind: 'missed', trueClass: 'RBC' },
    });
    // Then the score is what is drawn from on: correct detections have it too.
    expect(toImageFilter(evaluation, { minScore: 0.5 })).toEqual(toImageFilter(evaluation, {}));
    expect(toImageFilter(evaluation, { kind: 'any', minScore: 0.5 })).toEqual({
      detectionError: { evaluationId: id, minScore: 0.5 },
    });
  });
});
