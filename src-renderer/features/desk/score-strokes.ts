/** What a model says as strokes on the picture that it says it of. Pure. */
import type { Annotation, Box, LabelIssue, PictureScore } from '../../../src-preload/contract/index.ts';
import { newBoxId, type PutBox, type Stroke } from './annotation-edit.ts';

/** Undefined where the model says nothing else than the picture shows. */
export function toStroke(score: PictureScore, annotation: Annotation): Stroke | undefined {
  const [top] = score.classes;
  if (top) {
    const isSame = annotation.state === 'labelled' && annotation.className === top.className;
    return isSame ? undefined : { className: top.className, state: 'labelled' };
  }
  const byId = new Map(annotation.boxes.map((box) => [box.id, box]));
  const put = takeWorst(score.judgement?.issues ?? []).flatMap((issue) => putFor(issue, byId) ?? []);
  return put.length === 0 ? undefined : { put };
}

/** A box may be in doubt for its class and for its place: the worse counts. Issues come worst first. */
function takeWorst(issues: readonly LabelIssue[]): LabelIssue[] {
  const seen = new Set<string>();
  return issues.filter(({ boxId }) => {
    if (boxId === null) return true;
    const isFirst = !seen.has(boxId);
    seen.add(boxId);
    return isFirst;
  });
}

function putFor(
  { kind, boxId, className, box }: LabelIssue,
  boxes: ReadonlyMap<string, Box>,
): PutBox | undefined {
  if (kind === 'overlooked') return box ? { ...box, id: newBoxId(), className, attributes: {} } : undefined;
  const own = boxId === null ? undefined : boxes.get(boxId);
  if (!own) return undefined;
  const { id, x, y, width, height, attributes } = own;
  if (kind === 'swapped') return { id, className, x, y, width, height, attributes };
  return box ? { ...box, id, className: own.className, attributes } : undefined;
}
