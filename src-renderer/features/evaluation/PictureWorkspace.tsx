/** The pictures behind a number: one large, with truth and predictions drawn, beside another model's if wanted. */
import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type {
  DetectionReport,
  Evaluation,
  Image,
  ImageFilter,
  JudgedPicture,
} from '../../../src-preload/contract/index.ts';
import { pictureUrl } from '../../client/picture-url.ts';
import { station } from '../../client/station.ts';
import { BoxPicture } from '../../components/BoxPicture.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { type PictureView, wholePicture, zoomedAt } from '../../components/picture-zoom.ts';
import { useClasses } from '../annotation/use-classes.ts';
import { useImageWindows } from '../image/use-image-windows.ts';
import { BoxList } from './BoxList.tsx';
import {
  evaluationHref,
  lookFromSearch,
  measuredModel,
  type PictureLook,
  type PictureQuery,
  picturesHref,
  toImageFilter,
} from './evaluation-href.ts';
import { PictureStrip } from './PictureStrip.tsx';
import { PictureToolbar } from './PictureToolbar.tsx';
import classes from './PictureWorkspace.module.css';
import { type PictureDisplay, type ShownBox, shownBoxes } from './shown-boxes.ts';
import { usePictureKeys } from './use-picture-keys.ts';

interface PictureWorkspaceProps {
  readonly evaluation: Evaluation;
  readonly report: DetectionReport;
}

export function PictureWorkspace({ evaluation, report }: PictureWorkspaceProps) {
  const [look, setLook] = useLook(evaluation);
  const [, navigate] = useLocation();
  const filter = useMemo(() => toImageFilter(evaluation, look.query), [evaluation, look.query]);
  const [display, setDisplay] = useState<PictureDisplay>(() => initialDisplay(report, look.query));
  const asked = JSON.stringify(look.query);
  const [shown, setShown] = useState(asked);
  if (shown !== asked) {
    setShown(asked);
    setDisplay({ ...display, minScore: initialDisplay(report, look.query).minScore });
  }
  const [view, setView] = useState<{ hash: string; view: PictureView } | null>(null);
  const found = usePosition(filter, look);
  const at = look.at ?? found ?? 0;
  const windows = useImageWindows(filter, at, at);
  const image = windows.imageAt(at);
  const total = windows.total ?? 0;
  const goTo = (index: number): void => {
    if (index >= 0 && index < total) setLook({ ...look, at: index, imageHash: undefined });
  };
  const zoom = (factor: number): void => {
    if (image === undefined) return;
    const current = view?.hash === image.hash ? view.view : wholePicture(image);
    const center = { x: current.x + current.width / 2, y: current.y + current.height / 2 };
    setView({ hash: image.hash, view: zoomedAt(current, image, factor, center) });
  };
  usePictureKeys({
    step: (by) => goTo(at + by),
    first: () => goTo(0),
    last: () => goTo(total - 1),
    toggleTruth: () => setDisplay({ ...display, isTruthShown: !display.isTruthShown }),
    toggleDetections: () => setDisplay({ ...display, isDetectionShown: !display.isDetectionShown }),
    zoom,
    whole: () => setView(null),
    leave: () => navigate(evaluationHref(evaluation)),
  });
  const changeQuery = (query: PictureQuery): void => {
    setLook({ ...look, query, at: 0, imageHash: undefined });
  };
  return (
    <div className={classes.workspace} data-testid="picture-workspace">
      <PictureToolbar
        evaluation={evaluation}
        report={report}
        look={look}
        display={display}
        position={total === 0 ? null : { at, total }}
        onDisplay={setDisplay}
        onQuery={changeQuery}
        onAgainst={(against) => setLook({ ...look, against })}
        onStep={(by) => goTo(at + by)}
      />
      {windows.total === 0 ? (
        <EmptyState icon={SearchX} title="No picture matches">
          The model made no such error on these pictures. Choose another kind above.
        </EmptyState>
      ) : (
        <div className={classes.columns} data-pair={look.against !== undefined || undefined}>
          <PictureStrip filter={filter} at={at} total={total} onPick={goTo} />
          {image === undefined ? (
            <div className={classes.waiting}>
              <Loader aria-label="Loading" />
            </div>
          ) : (
            <Stages
              key={image.hash}
              evaluation={evaluation}
              image={image}
              look={look}
              display={display}
              view={view?.hash === image.hash ? view.view : wholePicture(image)}
              onView={(next) => setView({ hash: image.hash, view: next })}
            />
          )}
        </div>
      )}
    </div>
  );
}

interface StagesProps {
  readonly evaluation: Evaluation;
  readonly image: Image;
  readonly look: PictureLook;
  readonly display: PictureDisplay;
  readonly view: PictureView;
  readonly onView: (view: PictureView) => void;
}

function Stages(props: StagesProps) {
  const { evaluation, image, look } = props;
  const [highlighted, setHighlighted] = useState<string | null>(null);
  const own = useQuery(
    station.evaluation.getPicture.queryOptions({ input: { id: evaluation.id, imageHash: image.hash } }),
  );
  const against = useAgainst(look, image);
  return (
    <>
      <div className={classes.stages} data-pair={look.against !== undefined || undefined}>
        <Loaded query={own} height={400}>
          {(picture) => (
            <Stage {...props} name={measuredModel(evaluation)} picture={picture} highlighted={highlighted} />
          )}
        </Loaded>
        {look.against !== undefined && (
          <Loaded query={against.picture} height={400}>
            {(picture) => <Stage {...props} name={against.name} picture={picture} highlighted={null} />}
          </Loaded>
        )}
      </div>
      {own.data !== undefined && look.against === undefined && (
        <BoxesOf {...props} picture={own.data} highlighted={highlighted} onHighlight={setHighlighted} />
      )}
    </>
  );
}

interface StageProps extends StagesProps {
  readonly name: string;
  readonly picture: JudgedPicture;
  readonly highlighted: string | null;
}

function Stage({ name, picture, look, display, view, onView, highlighted }: StageProps) {
  const boxes = useShownBoxes(picture, look, display);
  return (
    <figure className={classes.stage} data-testid="stage">
      {look.against !== undefined && <figcaption className={classes.name}>{name}</figcaption>}
      <BoxPicture
        src={pictureUrl(picture.imageHash)}
        alt={describe(picture, name)}
        width={picture.width}
        height={picture.height}
        boxes={boxes}
        highlighted={highlighted}
        view={view}
        onView={onView}
      />
    </figure>
  );
}

interface BoxesOfProps extends StagesProps {
  readonly picture: JudgedPicture;
  readonly highlighted: string | null;
  readonly onHighlight: (key: string | null) => void;
}

function BoxesOf({ picture, look, display, highlighted, onHighlight }: BoxesOfProps) {
  const boxes = useShownBoxes(picture, look, display);
  return (
    <BoxList
      fileName={picture.fileName}
      boxes={boxes.toReversed().toSorted((a, b) => Number(a.isFaint) - Number(b.isFaint))}
      highlighted={highlighted}
      onHighlight={onHighlight}
    />
  );
}

function useShownBoxes(picture: JudgedPicture, { query }: PictureLook, display: PictureDisplay): ShownBox[] {
  const { colorOf } = useClasses();
  return useMemo(
    () => shownBoxes(picture, { ...display, query }, colorOf),
    [picture, display, query, colorOf],
  );
}

/** The same picture as the other model saw it. */
function useAgainst({ against }: PictureLook, image: Image) {
  const input = { id: against ?? ('' as NonNullable<typeof against>), imageHash: image.hash };
  const picture = useQuery({
    ...station.evaluation.getPicture.queryOptions({ input }),
    enabled: against !== undefined,
  });
  const evaluation = useQuery({
    ...station.evaluation.getEvaluation.queryOptions({ input: { id: input.id } }),
    enabled: against !== undefined,
  });
  return { picture, name: evaluation.data === undefined ? '' : measuredModel(evaluation.data) };
}

/** Where the picture of a link is, among the first thousand. */
function usePosition(filter: ImageFilter, { at, imageHash }: PictureLook): number | undefined {
  const images = useQuery({
    ...station.images.listImages.queryOptions({ input: { filter, limit: 1000 } }),
    enabled: at === undefined && imageHash !== undefined,
  }).data?.images;
  const position = images?.findIndex(({ hash }) => hash === imageHash) ?? -1;
  return position < 0 ? undefined : position;
}

function useLook(evaluation: Evaluation): readonly [PictureLook, (look: PictureLook) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const look = useMemo(() => lookFromSearch(search), [search]);
  return [look, (next) => navigate(picturesHref(evaluation, next), { replace: true })];
}

/** Errors may be of any confidence: where one kind is asked for, none of them is hidden. */
function initialDisplay(report: DetectionReport, { kind, minScore }: PictureQuery): PictureDisplay {
  const isError = kind !== undefined && kind !== 'missed' && kind !== 'correct';
  return {
    isTruthShown: true,
    isDetectionShown: true,
    minScore: minScore ?? (isError ? report.thresholds.leastConfidence : report.thresholds.confidence),
  };
}

function describe({ fileName, truths, detections }: JudgedPicture, model: string): string {
  return `${fileName}: ${truths.length} boxes of the truth, ${detections.length} detections of ${model}`;
}
