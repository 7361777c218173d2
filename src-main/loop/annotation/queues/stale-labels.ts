/** Labels that have changed since a model looked are judged again before a queue is counted or read. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { Store } from '../../../store/store.ts';
import { judgeLabel } from './judge-label.ts';

type Tables = Pick<Store, 'db' | 'pictureScores'>;

/** Pictures between two turns of the station: most of the time goes into reading what models said. */
const aTurn = 100;

export async function judgeStaleLabels({ db, pictureScores }: Tables): Promise<void> {
  const waiting = pictureScores.listStale();
  for (let start = 0; start < waiting.length; start += aTurn) {
    if (start > 0) await nextTurn();
    const few = waiting.slice(start, start + aTurn);
    db.transaction(() => judgeLabels({ pictureScores }, few), 'eventual');
  }
}

/** In the caller's transaction. */
export function judgeLabels(
  { pictureScores }: Pick<Store, 'pictureScores'>,
  imageHashes: readonly ImageHash[],
): void {
  pictureScores.putVerdicts(pictureScores.readLabels(imageHashes).map(judgeLabel));
}
