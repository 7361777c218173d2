/** Labels that have changed since a model looked are judged again before a queue is counted or read. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Store } from '../../../store/store.ts';
import { judgeLabel } from './judge-label.ts';

type Tables = Pick<Store, 'db' | 'labelJudgements'>;

/** Pictures between two turns of the station: most of the time goes into reading what models said. */
const aTurn = 100;

export async function judgeStaleLabels({ db, labelJudgements }: Tables): Promise<void> {
  const waiting = labelJudgements.listStale();
  for (let start = 0; start < waiting.length; start += aTurn) {
    if (start > 0) await nextTurn();
    const few = waiting.slice(start, start + aTurn);
    db.transaction(() => judgeLabels({ labelJudgements }, few), 'eventual');
  }
}

/** In the caller's transaction. */
export function judgeLabels(
  { labelJudgements }: Pick<Store, 'labelJudgements'>,
  imageHashes: readonly ImageHash[],
): void {
  labelJudgements.putVerdicts(labelJudgements.readLabels(imageHashes).map(judgeLabel));
}
