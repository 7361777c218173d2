/** The labelling desk: the picture in the middle, its tools above, classes and boxes beside it, the pace below. */
import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type {
  Annotation,
  Image,
  ImageFilter,
  ImageHash,
  PictureScore,
  Task,
  UncertaintyMeasure,
} from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { Notice } from '../../components/Notice.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import classes from './Desk.module.css';
import { DeskFooter } from './DeskFooter.tsx';
import { DeskSide } from './DeskSide.tsx';
import { DeskStage } from './DeskStage.tsx';
import { DeskToolbar } from './DeskToolbar.tsx';
import type { DeskCanvas, DeskScene } from './desk-canvas.ts';
import { measureOf, orderOf } from './desk-queues.ts';
import { useDesk } from './desk-store.ts';
import { EmptyQueue } from './EmptyQueue.tsx';
import type { PaintedBox } from './paint.ts';
import { QueueChooser } from './QueueChooser.tsx';
import { QueueNotice } from './QueueNotice.tsx';
import { useAnnotation, useAnnotationEdits } from './use-annotation.ts';
import { useDeskCommands } from './use-desk-commands.ts';
import { useDeskKeys } from './use-desk-keys.ts';
import { useDeskQueue } from './use-desk-queue.ts';
import { usePicture } from './use-picture.ts';
import { useConfirmLabel, useScore } from './use-score.ts';

interface DeskProps {
  readonly filter: ImageFilter;
  /** By which the uncertain queue is ordered; absent: the first of the task. */
  readonly measure: UncertaintyMeasure | undefined;
  readonly start: ImageHash | undefined;
}

export function Desk(props: DeskProps) {
  const settings = useQuery(station.system.getSettings.queryOptions());
  if (settings.data === undefined) return <Loader className={classes.loader} />;
  return <Row {...props} task={settings.data.task} />;
}

/** The queue of pictures, and the one that is worked on. */
function Row({ filter, start, task, ...props }: DeskProps & { readonly task: Task }) {
  const measure = measureOf(task, props.measure);
  const queue = useDeskQueue(filter, orderOf(filter, measure), start);
  const { image } = queue;
  if (queue.error !== null) {
    return (
      <Notice
        tone="bad"
        title="The pictures could not be read"
        action={<Button onClick={queue.reread}>Try again</Button>}
      >
        {errorMessage(queue.error)}
      </Notice>
    );
  }
  if (image === undefined && queue.isLoading) return <Loader className={classes.loader} />;
  if (image === undefined) return <EmptyQueue filter={filter} onAgain={queue.reread} />;
  return <Bench filter={filter} measure={measure} task={task} queue={queue} image={image} />;
}

interface BenchProps {
  readonly queue: ReturnType<typeof useDeskQueue>;
  readonly image: Image;
  readonly filter: ImageFilter;
  readonly measure: UncertaintyMeasure;
  readonly task: Task;
}

function Bench({ queue, image, filter, measure, task }: BenchProps) {
  const { classes: labelClasses, colorOf } = useClasses();
  const annotation = useAnnotation(image.hash);
  const edits = useAnnotationEdits();
  const canvasRef = useRef<DeskCanvas>(null);
  const isTagging = task === 'classification';
  const said = useScore(image.hash) ?? undefined;
  // An answer is given without a look at the accepted labels.
  const score = annotation.data?.isAnswer === true ? undefined : said;
  const confirmLabel = useConfirmLabel();
  const commands = useDeskCommands({
    ...{ image, annotation: annotation.data, labelClasses, queue, edits, canvasRef, isTagging },
    ...{ score, confirmLabel },
  });
  useDeskKeys(commands, labelClasses);
  useFirstClass(labelClasses[0]?.name);
  useFirstTool(task);
  const picture = usePicture(image.hash);
  const doubts = useDoubts(score, colorOf);
  const scene = useScene(image, annotation.data, picture.element, doubts, colorOf);
  const adjustment = useDesk((desk) => desk.adjustment);
  return (
    <div className={classes.desk} data-testid="desk" data-image={image.hash}>
      <DeskToolbar commands={commands} annotation={annotation.data}>
        <QueueChooser filter={filter} />
      </DeskToolbar>
      <QueueNotice filter={filter} measure={measure} task={task} />
      <div className={classes.columns}>
        <div className={classes.middle}>
          <DeskStage
            scene={scene}
            actions={commands.actions}
            adjustment={adjustment}
            canvasRef={canvasRef}
            label={`${image.fileName}, ${scene.boxes.length} boxes`}
          />
          {picture.hasFailed && <PictureMissing name={image.fileName} />}
        </div>
        <DeskSide
          image={image}
          annotation={annotation.data}
          labelClasses={labelClasses}
          commands={commands}
          isTagging={isTagging}
          score={score}
          isDisputed={filter.queue === 'disagreement'}
          onShow={(box) => canvasRef.current?.zoomTo(box)}
        />
      </div>
      <DeskFooter
        filter={filter}
        queue={queue}
        image={image}
        annotation={annotation.data}
        edits={edits}
        commands={commands}
      />
    </div>
  );
}

function PictureMissing({ name }: { readonly name: string }) {
  return (
    <div className={classes.missing} role="alert">
      <ImageOff size={28} aria-hidden />
      The picture {name} can not be shown. Its file may be damaged: check the store under Settings & Health.
    </div>
  );
}

/** So that the first drag draws. */
function useFirstClass(name: string | undefined): void {
  const className = useDesk((desk) => desk.className);
  if (className === null && name !== undefined)
    queueMicrotask(() => useDesk.getState().set({ className: name }));
}

/** Where pictures have classes, a class key labels the picture; where they have boxes, the mouse draws. Either does both. */
function useFirstTool(task: Task | undefined): void {
  useEffect(() => {
    if (task !== undefined) useDesk.getState().set({ tool: task === 'detection' ? 'box' : 'tag' });
  }, [task]);
}

/** Where the model sees things that the label has not so. */
function useDoubts(
  score: PictureScore | undefined,
  colorOf: (className: string) => string | undefined,
): readonly PaintedBox[] {
  const judgement = score?.judgement;
  return useMemo(() => {
    if (!judgement || judgement.decidedBy !== null) return [];
    return judgement.issues.flatMap(({ box, className, score }, index) => {
      if (box === null) return [];
      const color = colorOf(className) ?? '#ffffff';
      return [{ ...box, id: `doubt ${index}`, className, color, isPredicted: true, score }];
    });
  }, [judgement, colorOf]);
}

const noBoxes: Annotation['boxes'] = [];

function useScene(
  image: Image,
  annotation: Annotation | undefined,
  picture: HTMLImageElement | undefined,
  doubts: readonly PaintedBox[],
  colorOf: (className: string) => string | undefined,
): DeskScene {
  const { selected, areBoxesHidden, hasMagnifier, tool, className } = useDesk();
  const { width, height } = image;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another picture of the same size begins in the middle too
  const size = useMemo(() => ({ width, height }), [width, height, image.hash]);
  const annotated = annotation?.boxes ?? noBoxes;
  const isPredicted = annotation?.state === 'predicted';
  const boxes = useMemo(
    () =>
      annotated.map(
        ({ id, className, x, y, width, height, source, score }): PaintedBox => ({
          ...{ id, className, x, y, width, height, color: colorOf(className) ?? '#ffffff' },
          isPredicted: isPredicted && source === 'model',
          score: isPredicted ? score : null,
        }),
      ),
    [annotated, colorOf, isPredicted],
  );
  const color = className === null ? null : (colorOf(className) ?? null);
  return useMemo(
    () => ({ picture, size, boxes, doubts, selected, areBoxesHidden, hasMagnifier, tool, color }),
    [picture, size, boxes, doubts, selected, areBoxesHidden, hasMagnifier, tool, color],
  );
}
