/** What a model answered, in the words of its classes. */
import type { Prediction } from '../../../src-preload/contract/deployment.ts';
import type { ModelVersion } from '../../../src-preload/contract/registry.ts';
import { unreachable } from '../../base/app-error.ts';
import type { ServedAnswer } from './serving-protocol.ts';

export function toPrediction(
  { name, version, classNames }: Pick<ModelVersion, 'name' | 'version' | 'classNames'>,
  answer: ServedAnswer,
  latencyMs: number,
): Prediction {
  const by = { model: name, version, latencyMs };
  const nameOf = (index: number) => classNames[index] ?? String(index);
  switch (answer.task) {
    case 'classification':
      return { task: 'classification', ...rank(answer.probabilities, nameOf), ...by };
    case 'detection': {
      const boxes = answer.detections.map(({ classIndex, score, left, top, right, bottom }) => ({
        className: nameOf(classIndex),
        score,
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
      }));
      return { task: 'detection', boxes, width: answer.width, height: answer.height, ...by };
    }
    default:
      return unreachable(answer);
  }
}

function rank(scores: readonly number[], nameOf: (index: number) => string) {
  const ranked = scores
    .map((score, index) => ({ label: nameOf(index), score }))
    .sort((first, second) => second.score - first.score);
  const [best = { label: '', score: 0 }] = ranked;
  return { ...best, probabilities: ranked };
}
