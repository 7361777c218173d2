/** The labels that the answers of several annotators come to: looked at first, then taken in one step. */
import type { PictureConsensus } from '../../../../src-preload/contract/agreement.ts';
import type { BoxId, ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import type { Clock } from '../../../base/clock.ts';
import { createId } from '../../../base/ids.ts';
import { findConsensus } from '../../../statistics/consensus.ts';
import type { Store } from '../../../store/store.ts';
import type { LabelChange } from '../../../store/tables/annotations.ts';
import { consensusAuthor } from '../../../store/tables/opinions.ts';
import { getClass } from '../annotation.ts';

export interface ConsensusOptions {
  readonly store: Pick<Store, 'db' | 'annotations' | 'imageQueries' | 'opinions' | 'settings'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface ConsensusDesk {
  /** Pictures with answers or rejections that nobody has decided about; most answers first. */
  listAnsweredPictures(limit: number): { imageHash: ImageHash; answers: number }[];
  /** By the quorum and overlap of the settings; undecided where someone has rejected the picture. @throws {AppError} NOT_FOUND */
  previewConsensus(imageHashes: readonly ImageHash[]): PictureConsensus[];
  /** One undo step; pictures without a decision are left as they are. @throws {AppError} NOT_FOUND */
  applyConsensus(imageHashes: readonly ImageHash[]): { changed: ImageHash[]; undecided: ImageHash[] };
  /**
   * Takes back the newest consensus that is not taken back, whatever others have labelled since: their boxes stay.
   * @returns its pictures; none where there is none left
   */
  undoConsensus(): { imageHashes: ImageHash[] };
}

export function createConsensusDesk({ store, clock, publish }: ConsensusOptions): ConsensusDesk {
  const { annotations, db } = store;
  const preview = (imageHashes: readonly ImageHash[]) =>
    [...new Set(imageHashes)].map((hash) => previewPicture(store, hash));
  return {
    listAnsweredPictures: (limit) => store.opinions.listWaiting(limit),
    previewConsensus: preview,
    applyConsensus: (imageHashes) =>
      db.transaction(() => {
        const found = preview(imageHashes);
        const changes = found
          .filter(({ isDecided }) => isDecided)
          .map((consensus) => toChange(store, consensus, clock));
        const changed = annotations.recordStep(
          { author: consensusAuthor, source: 'human', kind: 'edit', changes },
          clock.now(),
        );
        if (changed.length > 0)
          db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes: changed }));
        const undecided = found.filter(({ isDecided }) => !isDecided).map(({ imageHash }) => imageHash);
        return { changed, undecided };
      }),
    undoConsensus: () =>
      db.transaction(() => {
        const reverts = annotations.findUndoable(undefined, consensusAuthor);
        if (reverts === undefined) return { imageHashes: [] };
        const author = store.settings.read().operator;
        const changes = annotations.listReversal(reverts);
        const step = { author, source: 'human', kind: 'undo', reverts, changes } as const;
        const imageHashes = annotations.recordStep(step, clock.now());
        db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes }));
        return { imageHashes };
      }),
  };
}

function previewPicture(
  { imageQueries, opinions, settings }: ConsensusOptions['store'],
  imageHash: ImageHash,
): PictureConsensus {
  const { fileName, width, height, state } = imageQueries.get(imageHash);
  const answers = opinions.listAnswers(imageHash);
  const rejectedBy = opinions.listRejections(imageHash);
  const { className, boxes, disputed } = findConsensus(answers, settings.read().team);
  const isEmpty = answers.every((answer) => answer.className === null && answer.boxes.length === 0);
  const isTold = answers.length > 0 && (isEmpty || className !== null || boxes.length > 0);
  return {
    ...{ imageHash, fileName, width, height, state, className, rejectedBy },
    answers: answers.map(({ annotator, className, boxes }) => ({ annotator, className, boxes })),
    boxes: [...boxes],
    disputed: [...disputed],
    // A picture that someone could not label is for a person to look at.
    isDecided: isTold && rejectedBy.length === 0,
  };
}

function toChange(
  store: Pick<Store, 'annotations'>,
  { imageHash, className, boxes }: PictureConsensus,
  clock: Clock,
): LabelChange {
  const accepted = store.annotations.getAnnotation(imageHash);
  return {
    imageHash,
    state: 'labelled',
    classId: className === null ? null : getClass(store, className).id,
    remove: accepted.boxes.map(({ id }) => id),
    put: boxes.map(({ className, x, y, width, height }) => ({
      id: createId(clock) as BoxId,
      classId: getClass(store, className).id,
      ...{ x, y, width, height },
      attributes: {},
    })),
  };
}
