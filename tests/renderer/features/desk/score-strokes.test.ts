import { expect, it } from 'vitest';
import type {
  Annotation,
  Box,
  BoxId,
  ImageHash,
  LabelIssue,
  PictureScore,
} from '../../../../src-preload/contract/index.ts';
import { toStroke } from '../../../../src-renderer/features/desk/score-strokes.ts';

const imageHash = 'f'.repeat(64) as ImageHash;
const place = { x: 1, y: 2, width: 3, height: 4 };

function box(id: string, className: string): Box {
  const origin = { source: 'human', author: 'Ada', score: null, model: null } as const;
  return { ...place, ...origin, id: id as BoxId, className, attributes: { occluded: true } };
}

function scored(rest: Partial<PictureScore>, issues: LabelIssue[] = []): PictureScore {
  const judgement = { suspicion: 0.9, isSuspect: true, issues, decidedBy: null };
  return {
    ...{ imageHash, model: 'leaf/1', scoredAt: 1, exposure: 'heldOut', classes: [], boxes: [], judgement },
    ...rest,
  };
}

const shown: Annotation = {
  ...{ imageHash, revisionId: 1, state: 'labelled', className: 'rust' },
  boxes: [box('a', 'cell'), box('b', 'dust')],
};

it('a class that the model is surest of becomes the label, unless it is that already', () => {
  const classes = [{ className: 'scab', probability: 0.9 }];
  expect(toStroke(scored({ classes }), shown)).toEqual({ className: 'scab', state: 'labelled' });
  expect(toStroke(scored({ classes }), { ...shown, className: 'scab' })).toBeUndefined();
  const open = { ...shown, className: 'scab', state: 'predicted' } as const;
  expect(toStroke(scored({ classes }), open)).toEqual({ className: 'scab', state: 'labelled' });
});

it('boxes become what the model sees: swapped in class, moved, added; the worse doubt about one box counts', () => {
  const issue = { suspicion: 0.9, score: 0.8, className: 'hair', box: { ...place, x: 50 } };
  const stroke = toStroke(
    scored({}, [
      { ...issue, kind: 'swapped', boxId: 'a' as BoxId, given: 'cell' },
      { ...issue, kind: 'badlyLocated', boxId: 'a' as BoxId, given: 'cell' },
      { ...issue, kind: 'badlyLocated', boxId: 'b' as BoxId, given: 'dust', className: 'dust' },
      { ...issue, kind: 'overlooked', boxId: null, given: null },
    ]),
    shown,
  );
  expect(stroke?.put).toMatchObject([
    { id: 'a', className: 'hair', x: 1, attributes: { occluded: true } },
    { id: 'b', className: 'dust', x: 50, attributes: { occluded: true } },
    { className: 'hair', x: 50 },
  ]);
  expect(['a', 'b']).not.toContain(stroke?.put?.[2]?.id);
});

it('a box that is gone meanwhile is left alone, and nothing is no stroke', () => {
  const gone: LabelIssue = {
    kind: 'swapped',
    ...{ boxId: 'gone' as BoxId, given: 'cell', className: 'hair' },
    ...{ suspicion: 0.9, score: 0.8, box: place },
  };
  expect(toStroke(scored({}, [gone]), shown)).toBeUndefined();
});
