/** The labelling desk: the picture in the middle, its tools above, classes and boxes beside it, the pace below. */
import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheckBig, ImageOff, Images, RefreshCw } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import type { Annotation, Image, ImageFilter, ImageHash, Task } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { station } from '../../client/station.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Notice } from '../../components/Notice.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import { dataHref } from '../image/image-filter.ts';
import { AnnotatorChooser } from '../team/AnnotatorChooser.tsx';
import classes from './Desk.module.css';
import { DeskFooter } from './DeskFooter.tsx';
import { DeskSide } from './DeskSide.tsx';
import { DeskStage } from './DeskStage.tsx';
import { DeskToolbar } from './DeskToolbar.tsx';
import type { DeskCanvas, DeskScene } from './desk-canvas.ts';
import { useDesk } from './desk-store.ts';
import type { PaintedBox } from './paint.ts';
import { useAnnotation, useAnnotationEdits } from './use-annotation.ts';
import { useDeskCommands } from './use-desk-commands.ts';
import { useDeskKeys } from './use-desk-keys.ts';
import { useDeskQueue } from './use-desk-queue.ts';
import { usePicture } from './use-picture.ts';

interface DeskProps {
  readonly filter: ImageFilter;
  readonly start: ImageHash | undefined;
}

export function Desk({ filter, start }: DeskProps) {
  const queue = useDeskQueue(filter, start);
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
  if (image === undefined) return <NothingLeft filter={filter} onAgain={queue.reread} />;
  return <Bench queue={queue} image={image} filter={filter} />;
}

function NothingLeft({ filter, onAgain }: { readonly filter: ImageFilter; readonly onAgain: () => void }) {
  return (
    <EmptyState
      icon={CircleCheckBig}
      title="Nothing is left in this queue"
      action={
        <>
          <Button component="a" href={`#${dataHref({})}`} leftSection={<Images size={16} aria-hidden />}>
            All pictures
          </Button>
          <Button variant="default" onClick={onAgain} leftSection={<RefreshCw size={16} aria-hidden />}>
            Look again
          </Button>
          <AnnotatorChooser />
        </>
      }
    >
      {filter.labelled === false
        ? 'Every picture is labelled. Freeze them into a dataset version, or import more.'
        : 'No picture fits this queue. Choose another above.'}
    </EmptyState>
  );
}

interface BenchProps {
  readonly queue: ReturnType<typeof useDeskQueue>;
  readonly image: Image;
  readonly filter: ImageFilter;
}

function Bench({ queue, image, filter }: BenchProps) {
  const { classes: labelClasses, colorOf } = useClasses();
  const settings = useQuery(station.system.getSettings.queryOptions());
  const annotation = useAnnotation(image.hash);
  const edits = useAnnotationEdits();
  const canvasRef = useRef<DeskCanvas>(null);
  const isTagging = settings.data?.task === 'classification';
  const commands = useDeskCommands({
    ...{ image, annotation: annotation.data, labelClasses, queue, edits, canvasRef, isTagging },
  });
  useDeskKeys(commands, labelClasses);
  useFirstClass(labelClasses[0]?.name);
  useFirstTool(settings.data?.task);
  const picture = usePicture(image.hash);
  const scene = useScene(image, annotation.data, picture.element, colorOf);
  const adjustment = useDesk((desk) => desk.adjustment);
  return (
    <div className={classes.desk} data-testid="desk" data-image={image.hash}>
      <DeskToolbar commands={commands} annotation={annotation.data} filter={filter} />
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
        />
      </div>
      <DeskFooter
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

const noBoxes: Annotation['boxes'] = [];

function useScene(
  image: Image,
  annotation: Annotation | undefined,
  picture: HTMLImageElement | undefined,
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
    () => ({ picture, size, boxes, selected, areBoxesHidden, hasMagnifier, tool, color }),
    [picture, size, boxes, selected, areBoxesHidden, hasMagnifier, tool, color],
  );
}
