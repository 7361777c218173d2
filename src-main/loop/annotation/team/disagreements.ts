/** The pictures on which two annotators disagree, with what each has told and the other has not. */
import type { PictureDisagreement } from '../../../../src-preload/contract/agreement.ts';
import { isDisputed, listToldThings } from '../../../statistics/told-things.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredAnswer } from '../../../store/tables/opinions.ts';

export interface AskedPair {
  readonly first: string;
  readonly second: string;
  /** Absent: whatever the class. */
  readonly className?: string | undefined;
  readonly limit: number;
}

export function listDisagreements(
  { opinions, imageQueries, settings }: Pick<Store, 'opinions' | 'imageQueries' | 'settings'>,
  { first, second, className, limit }: AskedPair,
): PictureDisagreement[] {
  const { iou } = settings.read().team;
  const byPicture = Map.groupBy(opinions.listAnswers(), ({ imageHash }) => imageHash);
  return [...byPicture.values()]
    .flatMap((answers) => {
      const one = answers.find(({ annotator }) => annotator === first);
      const other = answers.find(({ annotator }) => annotator === second);
      return one && other ? [compareAnswers(one, other, iou, className)] : [];
    })
    .filter(({ disputed }) => disputed > 0)
    .toSorted((a, b) => b.disputed - a.disputed)
    .slice(0, limit)
    .map((found) => {
      const { fileName, width, height } = imageQueries.get(found.imageHash);
      return { ...found, fileName, width, height };
    });
}

function compareAnswers(first: StoredAnswer, second: StoredAnswer, iou: number, className?: string) {
  const disputed = listToldThings({ first, second }, iou).filter((thing) => isDisputed(thing, className));
  const firstBoxes = new Set(disputed.map(({ firstBox }) => firstBox));
  const secondBoxes = new Set(disputed.map(({ secondBox }) => secondBox));
  const isClassDisputed = disputed.some(
    ({ firstBox, secondBox }) => firstBox === undefined && secondBox === undefined,
  );
  const show = ({ annotator, boxes, ...answer }: StoredAnswer, places: ReadonlySet<number | undefined>) => ({
    ...{ annotator, className: answer.className, isClassDisputed },
    boxes: boxes.map(({ className, x, y, width, height }, place) => {
      return { className, x, y, width, height, isDisputed: places.has(place) };
    }),
  });
  return {
    imageHash: first.imageHash,
    disputed: disputed.length,
    answers: [show(first, firstBoxes), show(second, secondBoxes)],
  };
}
