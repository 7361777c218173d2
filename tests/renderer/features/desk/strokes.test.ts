import { expect, it } from 'vitest';
import type { Annotation, Box, BoxId, ImageHash } from '../../../../src-preload/contract/index.ts';
import { applyStroke, newBoxId } from '../../../../src-renderer/features/desk/annotation-edit.ts';

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
