import { describe, expect, it } from 'vitest';
import {
  evaluationIdSchema,
  type ImageFilter,
  importIdSchema,
} from '../../../../src-preload/contract/index.ts';
import {
  dataHref,
  filterChips,
  filterFromSearch,
  searchFromFilter,
  withPart,
} from '../../../../src-renderer/features/image/image-filter.ts';

const filters: readonly ImageFilter[] = [
  {},
  { className: 'rust' },
  { labelled: false },
  { labelled: true, source: 'Camera 1 & 2, "north" = 50 %' },
  { search: 'a+b c#d?e', importId: importIdSchema.parse('imp 1') },
  { dataset: 'leaf@2/test', className: 'früh / spät' },
  { confusion: { evaluationId: evaluationIdSchema.parse('ev1'), trueClass: 'a', predictedClass: 'b' } },
  { confusion: { evaluationId: evaluationIdSchema.parse('ev1') } },
  { confusion: { evaluationId: evaluationIdSchema.parse('ev1'), trueClass: null, predictedClass: 'b' } },
];

describe('the filter in the address', () => {
  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))(
    'comes back as it went in: %s',
    (_, filter) => {
      expect(filterFromSearch(searchFromFilter(filter))).toEqual(filter);
    },
  );

  it('leaves out what it does not know, and empty values', () => {
    expect(filterFromSearch('class=&labelled=maybe&token=secret&q=')).toEqual({});
  });

  it('reads a true class without its evaluation as no filter', () => {
    expect(filterFromSearch('true=a&predicted=b')).toEqual({});
  });

  it('has no question mark where nothing is filtered', () => {
    expect(dataHref({})).toBe('/data');
  });
});

describe('parts of the filter', () => {
  it('takes a part away without leaving an undefined value behind', () => {
    const filter = withPart({ className: 'rust', labelled: true }, 'className', undefined);
    expect(Object.keys(filter)).toEqual(['labelled']);
  });

  it('says each part in words', () => {
    const evaluationId = evaluationIdSchema.parse('ev1');
    const chips = filterChips({
      labelled: false,
      confusion: { evaluationId, trueClass: 'rust', predictedClass: 'healthy' },
    });
    expect(chips).toEqual([
      { key: 'labelled', text: 'Unlabelled' },
      { key: 'confusion', text: 'rust taken for healthy' },
    ]);
  });
});
