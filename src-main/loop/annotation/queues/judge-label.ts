/** Holds a label against what a model says of its picture. */
import type { BoxId } from '../../../../src-preload/contract/ids.ts';
import type { LabelIssue } from '../../../../src-preload/contract/queue.ts';
import { measureBoxSuspicion } from '../../../statistics/box-suspicion.ts';
import {
  isSaidSurely,
  type LabelToJudge,
  type LabelVerdict,
} from '../../../store/tables/label-judgements.ts';

/**
 * Boxes by ObjectLab; classes by confident learning: the self-confidence of a label is the probability that the model
 * gives it, and it is suspect where the model's first choice is another class, at least as likely as models find that
 * class on average of the pictures labelled so. Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating
 * Uncertainty in Dataset Labels", sections 3.1 and 3.2: an entry of the confident joint beside its diagonal, ranked by
 * self-confidence. Theirs asks all classes above their average, ours the first choice alone.
 */
export function judgeLabel(label: LabelToJudge): LabelVerdict {
  return label.prediction.classes.length > 0 ? judgeClass(label) : judgeBoxes(label);
}

function judgeClass({ imageHash, className, prediction, usualConfidence }: LabelToJudge): LabelVerdict {
  const [top] = prediction.classes;
  // A picture without a class of its own is nothing that a classifier can doubt.
  if (className === null || !top) return { imageHash, ...nothingToJudge };
  const own = prediction.classes.find((known) => known.className === className);
  const suspicion = 1 - (own?.probability ?? 0);
  const differs = top.className !== className;
  const issue: LabelIssue = {
    ...{ kind: 'class', suspicion, boxId: null, given: className, box: null },
    ...{ className: top.className, score: top.probability },
  };
  return {
    ...{ imageHash, suspicion, given: className, differs },
    ...{ top: top.className, topProbability: top.probability },
    isStrong: differs && isSaidSurely(top.probability, usualConfidence),
    issues: differs ? [issue] : [],
  };
}

const nothingToJudge = {
  ...{ suspicion: null, given: null, top: null, topProbability: null },
  ...{ differs: false, isStrong: false, issues: [] },
} as const;

/** One box overlooked or of another class, or half beside its thing, among many good ones: see `box-suspicion`. */
const strongFrom = 0.25;

function judgeBoxes({ imageHash, boxes, prediction }: LabelToJudge): LabelVerdict {
  const { suspicion, issues } = measureBoxSuspicion(boxes, prediction.boxes);
  const told = issues.flatMap((issue): LabelIssue[] => {
    const found = prediction.boxes[issue.found];
    const given = issue.given === null ? undefined : boxes[issue.given];
    if (!found) return [];
    const { className, score, ...box } = found;
    const boxId = (given?.id ?? null) as BoxId | null;
    return [
      {
        kind: issue.kind,
        suspicion: issue.suspicion,
        boxId,
        given: given?.className ?? null,
        className,
        score,
        box,
      },
    ];
  });
  return {
    ...nothingToJudge,
    ...{ imageHash, suspicion, differs: told.length > 0 },
    ...{ isStrong: told.length > 0 && suspicion >= strongFrom, issues: told },
  };
}
