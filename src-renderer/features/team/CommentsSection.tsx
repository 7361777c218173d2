/** What was said about a picture, and a word to add, with which the picture can be accepted or sent back. */
import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImageHash, PictureComment } from '../../../src-preload/contract/index.ts';
import { station } from '../../client/station.ts';
import { formatDateTime } from '../../components/formatting.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { notifyFailure } from '../../components/notify.tsx';
import { annotatorInput } from './annotator-store.ts';
import classes from './CommentsSection.module.css';

export function CommentsSection({ imageHash }: { readonly imageHash: ImageHash }) {
  const query = useQuery(station.annotation.listComments.queryOptions({ input: { imageHash } }));
  return (
    <section aria-label="Comments">
      <h2 className={classes.title}>Comments</h2>
      <Loaded query={query} height={40}>
        {(comments) => (
          <ul className={classes.list}>
            {comments.map((comment) => (
              <Comment key={comment.id} comment={comment} />
            ))}
          </ul>
        )}
      </Loaded>
      <CommentForm key={imageHash} imageHash={imageHash} />
    </section>
  );
}

function Comment({ comment }: { readonly comment: PictureComment }) {
  const isResolved = comment.resolvedBy !== null;
  const resolve = useMutation(
    station.annotation.resolveComment.mutationOptions({
      onError: (error) => notifyFailure('The comment was not changed', error),
    }),
  );
  return (
    <li className={classes.comment} data-resolved={isResolved || undefined} data-testid="comment">
      <p className={classes.text}>{comment.text}</p>
      <span className={classes.detail}>
        {comment.author}, {formatDateTime(comment.createdAt)}
        {isResolved && `, closed by ${comment.resolvedBy}`}
      </span>
      <Button
        variant="subtle"
        size="compact-sm"
        h={36}
        loading={resolve.isPending}
        onClick={() => resolve.mutate({ id: comment.id, isResolved: !isResolved, ...annotatorInput() })}
      >
        {isResolved ? 'Open again' : 'Close'}
      </Button>
    </li>
  );
}

function CommentForm({ imageHash }: { readonly imageHash: ImageHash }) {
  const [text, setText] = useState('');
  const add = useMutation(
    station.annotation.addComment.mutationOptions({
      onSuccess: () => setText(''),
      onError: (error) => notifyFailure('The comment was not taken', error),
    }),
  );
  const send = (verdict?: 'accept' | 'reject') =>
    add.mutate({ imageHash, text, ...(verdict && { verdict }), ...annotatorInput() });
  const isEmpty = text.trim() === '';
  return (
    <div className={classes.form}>
      <Textarea
        aria-label="New comment"
        placeholder="Say something about this picture"
        autosize
        minRows={1}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {!isEmpty && (
        <div className={classes.buttons}>
          <Button size="sm" variant="default" loading={add.isPending} onClick={() => send()}>
            Comment
          </Button>
          <Button size="sm" variant="default" loading={add.isPending} onClick={() => send('accept')}>
            Accept with it
          </Button>
          <Button size="sm" variant="default" loading={add.isPending} onClick={() => send('reject')}>
            Reject with it
          </Button>
        </div>
      )}
    </div>
  );
}
