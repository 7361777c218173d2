import { describe, expect, it } from 'vitest';
import {
  evaluationIdSchema,
  type ImageFilter,
  importIdSchema,
  selectionIdSchema,
} from '../../../../src-preload/contract/index.ts';
import {
  dataHref,
  filterChips,
  filterFromSearch,
  orderFromSearch,
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
  { camera: 'Canon EOS R6 & co' },
  { camera: null, annotator: 'Ada Lovelace' },
  { takenFrom: Date.UTC(2026, 4, 1, 12, 30), takenUntil: Date.UTC(2026, 5, 1) },
  { certaintyFrom: 0.25, certaintyTo: 1, state: 'predicted', quality: 'blurred', setAside: true },
  { selection: selectionIdSchema.parse('0123456789abcdef'.repeat(2)) },
];

describe('the filter in the address', () => {
  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))(
    'comes back as it went in: %s',
    (_, filter) => {
      expect(filterFromSearch(searchFromFilter(filter))).toEqual(filter);
    },
  );

  it('leaves out what it does not know, empty values, and what is out of range', () => {
    expect(filterFromSearch('class=&labelled=maybe&token=secret&q=')).toEqual({});
    expect(filterFromSearch('from=tomorrow&until=&sure-from=1.5&sure-to=x&selection=7')).toEqual({});
  });

  it('holds the order beside the filter, and none for the newest first', () => {
    expect(dataHref({ camera: null }, 'earliest')).toBe('/data?camera=%40none&sort=earliest');
    expect(orderFromSearch('camera=%40none&sort=earliest')).toBe('earliest');
    expect([orderFromSearch(''), orderFromSearch('sort=colour')]).toEqual(['newest', 'newest']);
    expect(filterFromSearch('sort=earliest')).toEqual({});
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
