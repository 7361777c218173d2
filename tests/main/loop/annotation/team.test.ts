/** Several annotators on one station: answers of their own, agreement, consensus, known truth and comments. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src-main/base/clock.ts';
import { type AnnotationEdit, createAnnotation } from '../../../../src-main/loop/annotation/annotation.ts';
import { createBlindDesk } from '../../../../src-main/loop/annotation/team/blind-desk.ts';
import { createComments } from '../../../../src-main/loop/annotation/team/comments.ts';
import { createConsensusDesk } from '../../../../src-main/loop/annotation/team/consensus.ts';
import { createGold } from '../../../../src-main/loop/annotation/team/gold.ts';
import { createTeam } from '../../../../src-main/loop/annotation/team/team.ts';
import type { BoxId } from '../../../../src-preload/contract/ids.ts';
import type { TeamRule } from '../../../../src-preload/contract/team.ts';
import { hashOf, insertPictures } from '../../store/tables/insert-pictures.ts';
import { openTestStore } from '../../store/tables/open-test-store.ts';

const picture = hashOf('cells');
const other = hashOf('other');

/** Two pictures of 100 × 20 pixels, two classes, and a clock that a stroke moves on by ten seconds. */
function createBench(rule: Partial<TeamRule> = {}) {
  const store = openTestStore();
  insertPictures(store, [
    { name: 'cells', width: 100 },
    { name: 'other', width: 100 },
  ]);
  let now = 0;
  const clock: Clock = { now: () => (now += 10_000), monotonic: () => now };
  const base = { store, clock, publish: () => {} };
  const annotation = createAnnotation(base);
  for (const name of ['red', 'white']) annotation.addClass(name);
  store.settings.update({ team: { overlapShare: 1, quorum: 0.6, iou: 0.5, ...rule } });
  const desk = createBlindDesk({ ...base, annotation });
  const edit = (annotator: string, change: Partial<AnnotationEdit>) =>
    desk.editAnnotation({ imageHash: picture, put: [], remove: [], annotator, ...change });
  return {
    ...{ store, annotation, desk, edit },
    answer: (annotator: string, ...put: AnnotationEdit['put']) => edit(annotator, { put, state: 'labelled' }),
    see: (annotator: string) => desk.getAnnotation({ imageHash: picture, annotator }),
    consensus: createConsensusDesk(base),
    gold: createGold(base),
    team: createTeam(base),
    comments: createComments({ ...base, blindDesk: desk }),
  };
}

function box(id: string, x: number, className = 'red') {
  return { id: id as BoxId, x, y: 2, width: 10, height: 5, className, attributes: {} };
}

const idsOf = ({ boxes }: { boxes: readonly { id: string }[] }) => boxes.map(({ id }) => id);

describe('a picture that several answer', () => {
  it('keeps the strokes of each apart, and the accepted labels as they are', () => {
    const { edit, see, annotation } = createBench();
    edit('Ada', { put: [box('a', 1)] });
    edit('Ben', { put: [box('b', 40, 'white')], state: 'labelled' });
    expect(see('Ada')).toMatchObject({
      state: 'draft',
      boxes: [{ id: 'a', author: 'Ada', source: 'human' }],
    });
    expect(see('Ben')).toMatchObject({ state: 'labelled', boxes: [{ id: 'b', className: 'white' }] });
    expect(annotation.getAnnotation(picture)).toMatchObject({ state: 'none', boxes: [] });
  });

  it("takes back and does again each annotator's own strokes alone", () => {
    const { edit, see, desk } = createBench();
    edit('Ada', { put: [box('a', 1)] });
    edit('Ben', { put: [box('b', 1)] });
    edit('Ada', { put: [box('c', 30)], remove: ['a' as BoxId] });
    const whose = { imageHash: picture, annotator: 'Ada' };
    desk.undo(whose);
    expect(idsOf(see('Ada'))).toEqual(['a']);
    desk.undo(whose);
    expect(see('Ada')).toMatchObject({ state: 'none', boxes: [] });
    expect(desk.undo(whose)).toEqual({ imageHashes: [] });
    desk.redo(whose);
    desk.redo(whose);
    expect(idsOf(see('Ada'))).toEqual(['c']);
    expect(desk.redo(whose)).toEqual({ imageHashes: [] });
    expect(idsOf(see('Ben'))).toEqual(['b']);
  });

  it('takes a stroke that is sent again after a lost line for one', () => {
    const { edit, see, desk } = createBench();
    for (let sent = 0; sent < 2; sent++) edit('Ada', { put: [box('a', 1)] });
    desk.undo({ imageHash: picture, annotator: 'Ada' });
    expect(see('Ada').boxes).toEqual([]);
  });

  it('is refused a class or a box that the picture can not have', () => {
    const { edit, see } = createBench();
    expect(() => edit('Ada', { put: [box('a', 1, 'green')] })).toThrow(/no class green/);
    expect(() => edit('Ada', { put: [box('a', 200)] })).toThrow(/some area/);
    expect(see('Ada').revisionId).toBeNull();
  });

  it('leaves the queue of who has answered, and of nobody else', () => {
    const { answer, store } = createBench();
    answer('Ada');
    const count = (waitingFor: string) => store.imageQueries.countMatching({ labelled: false, waitingFor });
    expect([count('Ada'), count('Ben')]).toEqual([1, 2]);
  });
});

describe('the share of pictures', () => {
  it('is none at first, so that strokes are accepted, with their author', () => {
    const { edit, annotation } = createBench({ overlapShare: 0 });
    edit('Ada', { put: [box('a', 1)] });
    expect(annotation.getAnnotation(picture)).toMatchObject({ boxes: [{ id: 'a', author: 'Ada' }] });
    expect(annotation.listRevisions(picture).map(({ author }) => author)).toEqual(['Ada']);
  });

  describe('switched on over a picture that one has labelled', () => {
    function createLabelled() {
      const bench = createBench({ overlapShare: 0 });
      bench.answer('Ada', box('a', 10));
      const share = (overlapShare: number) =>
        bench.store.settings.update({ team: { overlapShare, quorum: 0.6, iou: 0.5 } });
      const waiting = (waitingFor: string) =>
        bench.store.imageQueries.countMatching({ labelled: false, waitingFor });
      return { ...bench, share, waiting };
    }

    it('has it answered by the others, who do not see the label, and not by its author', () => {
      const { see, share, waiting } = createLabelled();
      expect([idsOf(see('Ben')), waiting('Ben')]).toEqual([['a'], 1]);
      share(1);
      expect(see('Ben')).toMatchObject({ state: 'none', boxes: [], isAnswer: true });
      expect(idsOf(see('Ada'))).toEqual(['a']);
      expect([waiting('Ben'), waiting('Ada')]).toEqual([2, 1]);
    });

    it('takes the label for the answer of its author, holds the others against it, and ends with the consensus', () => {
      const { answer, see, share, waiting, consensus, team, annotation } = createLabelled();
      share(1);
      expect(consensus.listAnsweredPictures(10)).toEqual([]);
      answer('Ben', box('b', 12));
      expect(team.getAgreement().pairs).toMatchObject([{ first: 'Ada', second: 'Ben', agreed: 1, f1: 1 }]);
      expect(consensus.listAnsweredPictures(10)).toEqual([{ imageHash: picture, answers: 2 }]);
      consensus.applyConsensus([picture]);
      expect(annotation.getAnnotation(picture).boxes).toMatchObject([{ x: 11, author: 'consensus' }]);
      expect(consensus.listAnsweredPictures(10)).toEqual([]);
      expect([waiting('Cleo'), see('Cleo').boxes.length]).toEqual([1, 1]);
      annotation.undo();
      expect(idsOf(annotation.getAnnotation(picture))).toEqual(['a']);
      expect(consensus.listAnsweredPictures(10)).toEqual([{ imageHash: picture, answers: 2 }]);
      expect([waiting('Cleo'), see('Cleo').boxes.length]).toEqual([2, 0]);
    });

    it('lets an answer that is begun be finished when it is switched off', () => {
      const { edit, see, share } = createLabelled();
      share(1);
      edit('Ben', { put: [box('b', 12)] });
      share(0);
      expect(idsOf(see('Ben'))).toEqual(['b']);
      expect(idsOf(see('Cleo'))).toEqual(['a']);
    });

    it('leaves labels alone that came with an import', () => {
      const { store, see, share } = createBenchWithImport();
      share(1);
      expect(see('Ben')).toMatchObject({ className: 'red' });
      expect(store.opinions.hasAny(picture)).toBe(false);
    });

    function createBenchWithImport() {
      const bench = createLabelled();
      bench.annotation.undo();
      const changes = [{ imageHash: picture, classId: bench.store.annotations.findClass('red')?.id ?? 0 }];
      bench.store.annotations.recordStep({ author: 'voc', source: 'import', kind: 'edit', changes }, 0);
      return bench;
    }
  });
});

describe('many pictures labelled at once', () => {
  it('are the step of who labels, save those that are to be answered at the desk', () => {
    const { desk, store, annotation } = createBench({ overlapShare: 0 });
    const step = { imageHashes: [picture, other], className: 'red', annotator: 'Ada' };
    store.settings.update({ team: { overlapShare: shareOfOther(), quorum: 0.6, iou: 0.5 } });
    expect(desk.setClass(step)).toEqual({ changed: 1, leftOut: [other] });
    expect(annotation.listRevisions(picture).map(({ author }) => author)).toEqual(['Ada']);
    expect(annotation.getAnnotation(other).state).toBe('none');
    expect(desk.setClass({ ...step, annotator: undefined })).toEqual({ changed: 1, leftOut: [] });
    expect(() => desk.setClass({ ...step, imageHashes: [hashOf('nowhere')] })).toThrow(/not in the station/);
  });

  /** A share by which the other picture is drawn, and the first is not. */
  function shareOfOther(): number {
    const [first = 0, second = 0] = [picture, other].map((hash) => Number.parseInt(hash.slice(-8), 16));
    expect(second).toBeLessThan(first);
    return (second + 1) / 2 ** 32;
  }
});

describe('consensus', () => {
  it('is looked at without a change, taken in one step and taken back', () => {
    const { answer, consensus, annotation } = createBench();
    answer('Ada', box('a', 10), box('lonely', 60));
    answer('Ben', box('b', 12));
    const [found] = consensus.previewConsensus([picture]);
    expect(found).toMatchObject({
      isDecided: true,
      boxes: [{ className: 'red', x: 11, votes: 2 }],
      disputed: [{ x: 60, votes: 1 }],
    });
    expect(annotation.getAnnotation(picture).state).toBe('none');
    expect(consensus.applyConsensus([picture])).toEqual({ changed: [picture], undecided: [] });
    expect(annotation.getAnnotation(picture)).toMatchObject({
      state: 'labelled',
      boxes: [{ x: 11, author: 'consensus', source: 'human' }],
    });
    expect(consensus.listAnsweredPictures(10)).toEqual([]);
    expect(annotation.undo()).toEqual({ imageHashes: [picture] });
    expect(annotation.getAnnotation(picture)).toMatchObject({ state: 'none', boxes: [] });
    expect(consensus.listAnsweredPictures(10)).toEqual([{ imageHash: picture, answers: 2 }]);
  });

  it('is taken back alone, the newest first, whatever others have labelled since', () => {
    const { answer, edit, consensus, annotation } = createBench();
    for (const annotator of ['Ada', 'Ben']) {
      answer(annotator, box(annotator, 10));
      edit(annotator, { imageHash: other, put: [box(annotator, 30)], state: 'labelled' });
    }
    consensus.applyConsensus([picture]);
    consensus.applyConsensus([other]);
    annotation.editAnnotation({ imageHash: picture, put: [box('own', 70)], remove: [] });
    expect(consensus.undoConsensus()).toEqual({ imageHashes: [other] });
    expect(consensus.undoConsensus()).toEqual({ imageHashes: [picture] });
    expect(annotation.getAnnotation(other).state).toBe('none');
    expect(idsOf(annotation.getAnnotation(picture))).toEqual(['own']);
    expect(consensus.undoConsensus()).toEqual({ imageHashes: [] });
  });

  it('leaves a picture to a person that someone has rejected', () => {
    const { answer, edit, consensus, annotation } = createBench();
    answer('Ada', box('a', 10));
    answer('Ben', box('b', 10));
    edit('Cleo', { state: 'rejected' });
    expect(consensus.listAnsweredPictures(10)).toEqual([{ imageHash: picture, answers: 2 }]);
    expect(consensus.previewConsensus([picture])).toMatchObject([{ isDecided: false, rejectedBy: ['Cleo'] }]);
    expect(consensus.applyConsensus([picture])).toEqual({ changed: [], undecided: [picture] });
    annotation.editAnnotation({ imageHash: picture, put: [], remove: [], state: 'rejected' });
    expect(consensus.listAnsweredPictures(10)).toEqual([]);
  });

  it('takes a picture that all have left empty for a background, and decides nothing in a quarrel', () => {
    const { answer, edit, consensus, annotation } = createBench();
    answer('Ada', box('a', 10, 'red'));
    answer('Ben', box('b', 10, 'white'));
    for (const annotator of ['Ada', 'Ben']) edit(annotator, { imageHash: other, state: 'labelled' });
    expect(consensus.applyConsensus([picture, other])).toEqual({ changed: [other], undecided: [picture] });
    expect(annotation.getAnnotation(other)).toMatchObject({ state: 'labelled', boxes: [] });
  });
});

describe('known truth', () => {
  function createGoldBench() {
    const bench = createBench();
    bench.annotation.editAnnotation({
      ...{ imageHash: picture, remove: [], state: 'labelled' },
      put: [box('a', 10), box('b', 30), box('c', 60)],
    });
    bench.gold.markGold({ imageHash: picture, isGold: true });
    return bench;
  }

  it('is hidden, and tells at once what was found, missed, mistaken and invented', () => {
    const { see, answer, edit } = createGoldBench();
    expect(see('Ada')).toMatchObject({ state: 'none', boxes: [] });
    expect(edit('Ada', { put: [box('x', 10)] })).not.toHaveProperty('goldFeedback');
    const { goldFeedback } = answer('Ada', box('y', 30, 'white'), box('z', 80));
    expect(goldFeedback).toEqual({
      ...{ isRight: false, found: 1, wrongClass: 1, missed: 1, extra: 1, meanIou: 1 },
    });
  });

  it('waits in the queue of what is not labelled, and changes no labels', () => {
    const { store, answer, annotation, team } = createGoldBench();
    const count = () => store.imageQueries.countMatching({ labelled: false, waitingFor: 'Ada' });
    expect(count()).toBe(2);
    answer('Ada', box('x', 10));
    expect(count()).toBe(1);
    expect(idsOf(annotation.getAnnotation(picture))).toEqual(['a', 'b', 'c']);
    expect(team.listAnnotators()).toMatchObject([{ name: 'Ada', goldPictures: 1, goldScore: 0.5 }, {}]);
  });

  it('is only of labelled pictures, and shows the labels again when it is let go', () => {
    const { gold, see, store } = createGoldBench();
    store.settings.update({ team: { overlapShare: 0, quorum: 0.6, iou: 0.5 } });
    expect(() => gold.markGold({ imageHash: other, isGold: true })).toThrow(/only a labelled picture/);
    expect(gold.listGold()).toMatchObject([{ imageHash: picture, fileName: 'cells.png', answers: 0 }]);
    gold.markGold({ imageHash: picture, isGold: false });
    expect(see('Ada').boxes).toHaveLength(3);
  });
});

describe('the team', () => {
  it('knows who works how quickly and how far two agree, class by class', () => {
    const { answer, edit, team } = createBench();
    for (let stroke = 0; stroke < 10; stroke++) edit('Ada', { put: [box('a', stroke)] });
    answer('Ada', box('b', 40, 'white'));
    answer('Ben', box('b', 40, 'white'));
    const [ada, ben] = team.listAnnotators();
    expect(ada).toMatchObject({
      name: 'Ada',
      strokes: 11,
      pictures: 1,
      picturesPerHour: 36,
      goldScore: null,
    });
    expect(ben).toMatchObject({ strokes: 1, picturesPerHour: null });
    expect(ada?.agreement).toBeCloseTo(2 / 3);
    const { pairs } = team.getAgreement();
    expect(pairs).toMatchObject([
      { first: 'Ada', second: 'Ben', pictures: 1, things: 2, agreed: 1, meanIou: 1 },
    ]);
    expect(pairs[0]?.classes.map(({ className, f1, differing }) => [className, f1, differing])).toEqual([
      ['red', 0, 1],
      ['white', 1, 0],
    ]);
  });

  it('shows the pictures on which two disagree, with what one alone has told', () => {
    const { answer, edit, team } = createBench();
    answer('Ada', box('a', 1), box('b', 40, 'white'));
    answer('Ben', box('c', 40, 'white'), box('d', 70), box('e', 1, 'white'));
    for (const annotator of ['Ada', 'Ben'])
      edit(annotator, { imageHash: other, put: [box('f', 5)], state: 'labelled' });
    const asked = { first: 'Ada', second: 'Ben', limit: 10 };
    const found = team.listDisagreements(asked);
    expect(found).toMatchObject([{ imageHash: picture, fileName: 'cells.png', disputed: 2 }]);
    const disputed = found[0]?.answers.map(({ annotator, boxes }) => [
      annotator,
      boxes.filter((one) => one.isDisputed).map(({ x }) => x),
    ]);
    expect(disputed).toEqual([
      ['Ada', [1]],
      ['Ben', [70, 1]],
    ]);
    expect(team.listDisagreements({ ...asked, className: 'white' })).toMatchObject([{ disputed: 1 }]);
    expect(team.listDisagreements({ ...asked, second: 'Cleo' })).toEqual([]);
  });

  it('counts the boxes that each has drawn, and what others have corrected, but neither undo nor consensus', () => {
    const { edit, annotation, team } = createBench({ overlapShare: 0 });
    edit('Ada', { put: [box('a', 1), box('b', 20), box('c', 40)] });
    edit('Ada', { remove: ['c' as BoxId], className: 'red', state: 'labelled' });
    const figures = () =>
      team.listAnnotators().map(({ name, boxes, corrections }) => [name, boxes, corrections]);
    expect(figures()).toEqual([['Ada', 3, 0]]);
    for (const x of [5, 6]) edit('Ben', { put: [box('a', x)] });
    edit('Ben', { remove: ['b' as BoxId] });
    annotation.undo(picture, 'Ben');
    expect(figures()).toEqual([
      ['Ada', 3, 2],
      ['Ben', 0, 0],
    ]);
    edit('Ada', { className: 'white' });
    edit('Ben', { className: 'red' });
    edit('Ada', { state: 'labelled' });
    edit('Ben', { state: 'rejected' });
    expect(figures()[0]).toEqual(['Ada', 3, 3]);
  });
});

describe('comments', () => {
  it('send a picture back or accept it in one step, and are closed and opened again', () => {
    const { comments, annotation, see } = createBench();
    const { id } = comments.addComment({
      ...{ imageHash: picture, text: 'The rim is missing', annotator: 'Ben', verdict: 'reject' },
    });
    expect([see('Ben').state, annotation.getAnnotation(picture).state]).toEqual(['rejected', 'none']);
    comments.addComment({ imageHash: picture, text: 'Out of focus', verdict: 'reject' });
    expect(annotation.getAnnotation(picture).state).toBe('rejected');
    comments.addComment({ imageHash: picture, text: 'Sharp enough', verdict: 'accept' });
    expect(annotation.getAnnotation(picture).state).toBe('labelled');
    expect(comments.resolveComment({ id, isResolved: true, annotator: 'Ada' }).resolvedBy).toBe('Ada');
    expect(comments.resolveComment({ id, isResolved: false })).toMatchObject({
      ...{ author: 'Ben', text: 'The rim is missing', resolvedBy: null, resolvedAt: null },
    });
    expect(comments.listComments(picture)).toHaveLength(3);
    expect(() => comments.resolveComment({ id: 99, isResolved: true })).toThrow(/no comment 99/);
  });
});
