import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureAgreement, type PairAgreement } from '../../../src-main/statistics/agreement.ts';
import { measureAlpha, measureKappa } from '../../../src-main/statistics/agreement-coefficients.ts';
import { type Consensus, type ConsensusRule, findConsensus } from '../../../src-main/statistics/consensus.ts';
import type { AnsweredTwice } from '../../../src-main/statistics/told-things.ts';

/** Made by tests/oracles/labelling/agreement.py. */
interface Golden {
  pairs: { iou: number; pictures: AnsweredTwice[]; agreement: PairAgreement }[];
  alphas: { units: string[][]; alpha: number; published?: number }[];
  consensus: (Omit<Consensus, 'answers'> & { rule: ConsensusRule; answers: AnsweredTwice['first'][] })[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../fixtures/labelling/agreement.json', import.meta.url), 'utf8'),
);

/** Numbers to twelve digits: the order of sums is not promised. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'number' ? Number(part.toPrecision(12)) : part,
  );
}

const box = (className: string, x: number, width = 10) => ({ className, x, y: 0, width, height: 10 });
const answer = (...boxes: ReturnType<typeof box>[]) => ({ className: null, boxes });

describe('agreement of two people', () => {
  it('is what scikit-learn and NumPy make of the same boxes and classes', () => {
    expect(golden.pairs.length).toBeGreaterThan(1);
    for (const { iou, pictures, agreement } of golden.pairs)
      expect(rounded(measureAgreement(pictures, iou))).toEqual(rounded(agreement));
  });

  it('tells a rider and a bicycle in one place apart, whichever overlaps more', () => {
    const first = answer(box('rider', 0), box('bicycle', 1));
    const second = answer(box('bicycle', 0), box('rider', 1));
    expect(measureAgreement([{ first, second }], 0.5)).toMatchObject({ agreed: 2, f1: 1, kappa: 1 });
  });

  it('has no figures where there is nothing to agree about', () => {
    expect(measureAgreement([{ first: answer(), second: answer() }], 0.5)).toEqual({
      ...{ pictures: 1, things: 0, agreed: 0, meanIou: null, f1: null, kappa: null, classes: [] },
    });
  });

  it('leaves kappa open where chance explains all', () => {
    expect(measureKappa([])).toBeNull();
    expect(measureKappa([['nut', 'nut']])).toBeNull();
  });
});

describe("Krippendorff's alpha", () => {
  it('is what the matrix of coincidences gives, and what is published for his example', () => {
    for (const { units, alpha, published } of golden.alphas) {
      expect(measureAlpha(units)).toBeCloseTo(alpha, 12);
      if (published !== undefined) expect(measureAlpha(units)).toBeCloseTo(published, 3);
    }
  });

  it('is open where nobody has been answered by a second', () => {
    expect(measureAlpha([['nut'], []])).toBeNull();
    expect(measureAlpha([['nut', 'nut']])).toBeNull();
  });
});

describe('consensus', () => {
  it("is what SciPy's complete linkage and a count of votes make of the same answers", () => {
    expect(golden.consensus.length).toBeGreaterThan(5);
    for (const { rule, answers, ...expected } of golden.consensus)
      expect(rounded(findConsensus(answers, rule))).toEqual(
        rounded({ answers: answers.length, ...expected }),
      );
  });

  it('does not join a row of boxes link by link', () => {
    const answers = [answer(box('nut', 0)), answer(box('nut', 3)), answer(box('nut', 6))];
    const found = findConsensus(answers, { quorum: 0.6, iou: 0.5 });
    expect(found.boxes.map(({ votes }) => votes)).toEqual([2]);
    expect(found.disputed.map(({ votes }) => votes)).toEqual([1]);
  });

  it('decides no class where two have equally many votes', () => {
    const tag = (className: string) => ({ className, boxes: [] });
    expect(findConsensus([tag('nut'), tag('bolt')], { quorum: 0.5, iou: 0.5 }).className).toBeNull();
    expect(findConsensus([tag('nut'), tag('nut'), tag('bolt')], { quorum: 0.5, iou: 0.5 }).className).toBe(
      'nut',
    );
  });
});
