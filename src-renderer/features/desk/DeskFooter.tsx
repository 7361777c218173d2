/** Below the picture: where in the queue, how fast, whether all is kept, and the ways on. */
import { Button } from '@mantine/core';
import { Check, ChevronLeft, ChevronRight, CloudCheck, CloudUpload, WandSparkles } from 'lucide-react';
import type { Annotation, Image, ImageFilter } from '../../../src-preload/contract/index.ts';
import { formatCount, formatDuration, formatPlural } from '../../components/formatting.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import classes from './Desk.module.css';
import { useDesk } from './desk-store.ts';
import type { AnnotationEdits } from './use-annotation.ts';
import type { DeskCommands } from './use-desk-commands.ts';
import type { DeskQueue } from './use-desk-queue.ts';
import { readQueueState, useQueues } from './use-queues.ts';

interface DeskFooterProps {
  readonly filter: ImageFilter;
  readonly queue: DeskQueue;
  readonly image: Image;
  readonly annotation: Annotation | undefined;
  readonly edits: AnnotationEdits;
  readonly commands: DeskCommands;
}

export function DeskFooter({ filter, queue, image, annotation, edits, commands }: DeskFooterProps) {
  const isPredicted = annotation?.state === 'predicted';
  return (
    <footer className={classes.footer}>
      <Button
        variant="default"
        leftSection={<ChevronLeft size={18} aria-hidden />}
        disabled={queue.position === 0}
        onClick={() => commands.run('previousPicture')}
      >
        Before
      </Button>
      <Button
        variant="default"
        rightSection={<ChevronRight size={18} aria-hidden />}
        onClick={() => commands.run('nextPicture')}
      >
        Skip
      </Button>
      <div className={classes.place}>
        <strong className={classes.fileName}>{image.fileName}</strong>
        <span data-testid="desk-position">
          {formatCount(queue.position + 1)} of {formatCount(Math.max(queue.total, queue.length))}
        </span>
        <PaceText filter={filter} left={Math.max(queue.total, queue.length) - queue.position} />
      </div>
      <Kept waiting={edits.waiting} />
      {isPredicted && (
        <Button
          variant="light"
          leftSection={<WandSparkles size={18} aria-hidden />}
          rightSection={<CommandKey command="acceptPredictions" />}
          onClick={() => commands.run('acceptPredictions')}
        >
          Accept
        </Button>
      )}
      <Button
        leftSection={<Check size={18} aria-hidden />}
        rightSection={<CommandKey command="submit" />}
        onClick={() => commands.run('submit')}
        data-testid="desk-submit"
      >
        {annotation?.boxes.length === 0 && annotation.className === null ? 'Nothing on it' : 'Done'}
      </Button>
    </footer>
  );
}

function CommandKey({ command }: { readonly command: 'submit' | 'acceptPredictions' }) {
  const [key] = useDesk((desk) => desk.keymap[command]);
  return key === undefined ? null : <KeyHint keys={key} />;
}

/** @param left of pictures of the person's own choice, which nobody counts */
function PaceText({ filter, left }: { readonly filter: ImageFilter; readonly left: number }) {
  const { pictures = left, picturesPerHour } = readQueueState(useQueues(), filter);
  if (picturesPerHour === null) return null;
  return (
    <span className={classes.pace} data-testid="desk-pace">
      {formatPlural(Math.round(picturesPerHour), 'picture')} an hour,{' '}
      {formatDuration((3_600_000 * pictures) / picturesPerHour)} left
    </span>
  );
}

function Kept({ waiting }: { readonly waiting: number }) {
  const Icon = waiting > 0 ? CloudUpload : CloudCheck;
  return (
    <span className={classes.kept} data-testid="desk-kept" data-waiting={waiting} aria-live="polite">
      <Icon size={16} aria-hidden />
      {waiting > 0 ? 'Writing' : 'All kept'}
    </span>
  );
}
