/** Pictures of known truth: annotators meet them among the others, and are told at once how they did. */
import type { GoldPicture } from '../../../../src-preload/contract/agreement.ts';
import type { GoldFeedback } from '../../../../src-preload/contract/gold-feedback.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import { matchBoxes } from '../../../statistics/match-boxes.ts';
import type { Answer } from '../../../statistics/told-things.ts';
import type { Store } from '../../../store/store.ts';

export interface GoldOptions {
  readonly store: Pick<Store, 'db' | 'annotations' | 'imageQueries' | 'goldPictures' | 'settings'>;
  readonly clock: Clock;
}

export interface Gold {
  /**
   * Keeps the accepted labels as the truth, whatever becomes of them, or lets go of it.
   * @throws {AppError} NOT_FOUND, INPUT_INVALID where the picture is not labelled
   */
  markGold(request: { readonly imageHash: ImageHash; readonly isGold: boolean }): { isGold: boolean };
  /** Newest first. */
  listGold(): GoldPicture[];
}

export function createGold({ store, clock }: GoldOptions): Gold {
  const { annotations, goldPictures, imageQueries, settings } = store;
  return {
    markGold: ({ imageHash, isGold }) =>
      store.db.transaction(() => {
        const { fileName } = imageQueries.get(imageHash);
        if (!isGold) {
          goldPictures.unmark(imageHash);
          return { isGold };
        }
        const accepted = annotations.getAnnotation(imageHash);
        if (accepted.state !== 'labelled') throw notLabelled(fileName, accepted.state);
        goldPictures.mark(accepted, settings.read().operator, clock.now());
        return { isGold };
      }),
    listGold: () => goldPictures.list(),
  };
}

/** @param iou from which on a box has found one of the truth */
export function judgeAnswer(truth: Answer, answer: Answer, iou: number): GoldFeedback {
  const matches = matchBoxes(truth.boxes, answer.boxes, iou);
  const found = matches.filter(
    ({ first, second }) => truth.boxes[first]?.className === answer.boxes[second]?.className,
  );
  const hasClass = truth.className === answer.className;
  const counts = {
    found: found.length,
    wrongClass: matches.length - found.length,
    missed: truth.boxes.length - matches.length,
    extra: answer.boxes.length - matches.length,
  };
  return {
    ...counts,
    isRight: hasClass && counts.wrongClass + counts.missed + counts.extra === 0,
    meanIou: found.length === 0 ? null : found.reduce((sum, match) => sum + match.iou, 0) / found.length,
    ...(!hasClass && { expectedClass: truth.className }),
  };
}

function notLabelled(fileName: string, state: string): AppError {
  return new AppError(
    'INPUT_INVALID',
    `only a labelled picture has a truth to keep: ${fileName} is in state ${state}, submit it first`,
    { data: { fileName, state } },
  );
}
