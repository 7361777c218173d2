/** What people say to each other about a picture: open until someone closes it. */
import type { PictureComment } from '../../../../src-preload/contract/agreement.ts';
import type { ImageHash } from '../../../../src-preload/contract/ids.ts';
import type { StationEvent } from '../../../../src-preload/contract/system.ts';
import { AppError } from '../../../base/app-error.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Store } from '../../../store/store.ts';
import type { BlindDesk } from './blind-desk.ts';

export interface CommentsOptions {
  readonly store: Pick<Store, 'db' | 'comments' | 'imageQueries' | 'settings'>;
  readonly blindDesk: Pick<BlindDesk, 'editAnnotation'>;
  readonly clock: Clock;
  readonly publish: (event: StationEvent) => void;
}

export interface NewComment {
  readonly imageHash: ImageHash;
  readonly text: string;
  /** Absent: the station's operator. */
  readonly annotator?: string | undefined;
  /** Accepts the picture or sends it back, in the same step; where several answer it, as the annotator's answer. */
  readonly verdict?: 'accept' | 'reject' | undefined;
}

export interface Comments {
  /** @throws {AppError} NOT_FOUND */
  addComment(comment: NewComment): PictureComment;
  /** Oldest first. @throws {AppError} NOT_FOUND */
  listComments(imageHash: ImageHash): PictureComment[];
  /** @throws {AppError} NOT_FOUND */
  resolveComment(request: {
    id: number;
    isResolved: boolean;
    annotator?: string | undefined;
  }): PictureComment;
}

export function createComments({ store, blindDesk, clock, publish }: CommentsOptions): Comments {
  const { comments, db, imageQueries, settings } = store;
  const get = (id: number): PictureComment => {
    const comment = comments.find(id);
    if (!comment) throw new AppError('NOT_FOUND', `there is no comment ${id}`, { data: { id } });
    return comment;
  };
  const tell = (comment: PictureComment): PictureComment => {
    db.afterCommit(() => publish({ type: 'annotation.changed', imageHashes: [comment.imageHash] }));
    return comment;
  };
  return {
    addComment: ({ imageHash, text, annotator, verdict }) =>
      db.transaction(() => {
        imageQueries.get(imageHash);
        const author = annotator ?? settings.read().operator;
        const id = comments.insert({ imageHash, text, author }, clock.now());
        if (verdict !== undefined) {
          const state = verdict === 'accept' ? 'labelled' : 'rejected';
          blindDesk.editAnnotation({ imageHash, put: [], remove: [], state, annotator });
        }
        return tell(get(id));
      }),
    listComments: (imageHash) => {
      imageQueries.get(imageHash);
      return comments.list(imageHash);
    },
    resolveComment: ({ id, isResolved, annotator }) =>
      db.transaction(() => {
        get(id);
        comments.resolve(id, isResolved ? (annotator ?? settings.read().operator) : null, clock.now());
        return tell(get(id));
      }),
  };
}
