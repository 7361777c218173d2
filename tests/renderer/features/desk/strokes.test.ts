import { expect, it } from 'vitest';
import type { Annotation, Box, BoxId, ImageHash } from '../../../../src-preload/contract/index.ts';
import { applyStroke, newBoxId } from '../../../../src-renderer/features/desk/annotation-edit.ts';
import { deskHref, queueOf } from '../../../../src-renderer/features/desk/desk-queues.ts';
import { measurePace, withFinish } from '../../../../src-renderer/features/desk/pace.ts';
import { filterFromSearch } from '../../../../src-renderer/features/image/image-filter.ts';

const box = {
  ...{ id: 'a' as BoxId, className: 'cell', x: 1, y: 2, width: 3, height: 4, attributes: {} },
  source: 'model',
  ...{ author: 'cells/3', score: 0.6, model: 'cells/3' },
} as const satisfies Box;
const shown: Annotation = {
  ...{ imageHash: 'f'.repeat(64) as ImageHash, revisionId: 1, state: 'none', className: null, boxes: [box] },
};

it('a stroke is shown as the station will keep it: boxes keep their makers, new ones are the person’s', () => {
  const { source: _, author: __, score: ___, model: ____, ...shape } = box;
  const after = applyStroke(
    shown,
    {
      put: [
        { ...shape, x: 9 },
        { ...shape, id: 'b' as BoxId },
      ],
      remove: ['nothing' as BoxId],
    },
    'Ada',
  );
  expect(after.state).toBe('draft');
  expect(after.boxes).toEqual([
    { ...box, x: 9 },
    { ...box, id: 'b', source: 'human', author: 'Ada', score: null, model: null },
  ]);
  expect(applyStroke(after, { remove: ['a' as BoxId], state: 'labelled' }, 'Ada')).toMatchObject({
    state: 'labelled',
    boxes: [{ id: 'b' }],
  });
});

it('box ids are all different', () => {
  expect(new Set(Array.from({ length: 1000 }, newBoxId)).size).toBe(1000);
});

it('the pace is told from three pictures on, and pauses do not count', () => {
  const minute = 60_000;
  const moments = [0, 1, 2, 62, 63].map((at) => at * minute);
  expect(measurePace(moments.slice(0, 3), 10)).toBeNull();
  expect(measurePace(moments, 30)).toEqual({ picturesPerHour: 60, remainingMs: 30 * minute });
  expect(moments.reduce(withFinish, [] as readonly number[])).toEqual(moments);
});

it('every queue has an address that leads back to it', () => {
  for (const filter of [{ labelled: false }, { state: 'predicted' }, { labelled: true }] as const) {
    const href = deskHref(filter, 'f'.repeat(64));
    expect(queueOf(filterFromSearch(href.split('?')[1] ?? ''))?.filter).toEqual(filter);
  }
  expect(queueOf(filterFromSearch('all=yes'))?.id).toBe('all');
  expect(queueOf({ className: 'cell' })).toBeUndefined();
});
