import { describe, expect, it } from 'vitest';
import { type JudgedPicture, judgedPictureSchema } from '../../../../src-preload/contract/index.ts';
import { shownBoxes } from '../../../../src-renderer/features/evaluation/shown-boxes.ts';

const imageHash = 'a'.repeat(64);
const place = { x: 1, y: 2, width: 30, height: 40 };
const picture: JudgedPicture = judgedPictureSchema.parse({
  imageHash,
  fileName: 'a.jpg',
  width: 100,
  height: 100,
  detections: [
    {
      ...place,
      imageHash,
      index: 0,
      className: 'RBC',
      score: 0.9,
      outcome: 'correct',
      truth: { id: 't1', className: 'RBC', iou: 0.8 },
    },
    {
      ...place,
      imageHash,
      index: 1,
      className: 'WBC',
      score: 0.6,
      outcome: 'classification',
      truth: { id: 't2', className: 'RBC', iou: 0.7 },
    },
    { ...place, imageHash, index: 2, className: 'RBC', score: 0.2, outcome: 'background', truth: null },
  ],
  truths: [
    { ...place, imageHash, id: 't1', className: 'RBC', outcome: 'found' },
    { ...place, imageHash, id: 't3', className: 'WBC', outcome: 'missed' },
  ],
});

const all = { isTruthShown: true, isDetectionShown: true, minScore: 0, query: {} };
const show = (choice: Partial<typeof all> & { query?: object }) =>
  shownBoxes(picture, { ...all, ...choice }, () => undefined);

describe('shownBoxes', () => {
  it('draws truths dashed below, and the most certain detection on top', () => {
    expect(show({}).map(({ key, isDashed }) => [key, isDashed])).toEqual([
      ['truth t1', true],
      ['truth t3', true],
      ['detection 2', false],
      ['detection 1', false],
      ['detection 0', false],
    ]);
  });

  it('hides truths, detections, and detections below the threshold', () => {
    const keys = (choice: Parameters<typeof show>[0]) => show(choice).map(({ key }) => key);
    expect(keys({ isTruthShown: false, minScore: 0.5 })).toEqual(['detection 1', 'detection 0']);
    expect(keys({ isDetectionShown: false })).toEqual(['truth t1', 'truth t3']);
  });

  it('draws faintly what is not looked for', () => {
    const meant = (query: object) =>
      show({ query })
        .filter(({ isFaint }) => !isFaint)
        .map(({ key }) => key);
    expect(meant({ kind: 'missed' })).toEqual(['truth t3']);
    expect(meant({ kind: 'classification', trueClass: 'RBC' })).toEqual(['detection 1']);
    expect(meant({ kind: 'any' })).toEqual(['truth t3', 'detection 2', 'detection 1']);
    expect(meant({ isCell: true, className: 'RBC', trueClass: null })).toEqual(['detection 2']);
  });

  it('leaves labels off a crowded picture, but for the few boxes that are looked for', () => {
    const [first] = picture.detections;
    if (first === undefined) throw new Error('the picture has detections');
    const many = Array.from({ length: 100 }, (_, index) => ({ ...first, index: index + 3 }));
    const crowded = { ...picture, detections: [...picture.detections, ...many] };
    const labelled = (query: object) =>
      shownBoxes(crowded, { ...all, query }, () => undefined)
        .filter(({ label }) => label !== null)
        .map(({ key }) => key);
    expect(labelled({})).toEqual([]);
    expect(labelled({ kind: 'background' })).toEqual(['detection 2']);
  });

  it('says in words what each box was to the evaluation', () => {
    const verdicts = Object.fromEntries(show({}).map(({ key, verdict }) => [key, verdict]));
    expect(verdicts).toMatchObject({
      'truth t3': 'Missed',
      'detection 0': 'Correct, overlap 0.80',
      'detection 1': 'Wrong class: is RBC, overlap 0.70',
      'detection 2': 'Nothing there',
    });
  });
});
