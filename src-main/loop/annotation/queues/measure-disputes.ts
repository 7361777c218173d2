/** How far annotators differ about pictures: measured again where an answer, or the overlap that counts, has changed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { measureAgreement } from '../../../statistics/agreement.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredAnswer } from '../../../store/tables/opinions.ts';

type Tables = Pick<Store, 'db' | 'disputes' | 'opinions' | 'settings'>;

/** Pictures between two turns of the station. */
const aTurn = 200;

export async function measureDisputes({ db, disputes, opinions, settings }: Tables): Promise<void> {
  const { iou } = settings.read().team;
  const waiting = disputes.listStale(iou);
  for (let start = 0; start < waiting.length; start += aTurn) {
    if (start > 0) await nextTurn();
    const measured = waiting
      .slice(start, start + aTurn)
      .map((imageHash) => [imageHash, measureDispute(opinions.listAnswers(imageHash), iou)] as const);
    db.transaction(() => {
      for (const [imageHash, degree] of measured) disputes.put(imageHash, degree, iou);
    }, 'eventual');
  }
}

/** 1 − the F1 of the two answers that differ most; 0 where fewer than two tell anything. */
function measureDispute(answers: readonly StoredAnswer[], iou: number): number {
  const pairs = answers.flatMap((first, place) =>
    answers.slice(place + 1).map((second) => ({ first, second })),
  );
  return Math.max(0, ...pairs.map((pair) => 1 - (measureAgreement([pair], iou).f1 ?? 1)));
}
