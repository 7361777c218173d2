/** Drop one picture and see what a version says of it. */
import { Select } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { useMutation } from '@tanstack/react-query';
import { ImageUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DetectionPrediction, ModelVersion, Prediction } from '../../../src-preload/contract/index.ts';
import { errorMessage } from '../../client/errors.ts';
import { uploadClient } from '../../client/station.ts';
import { BoxPicture } from '../../components/BoxPicture.tsx';
import { lineColor, useChartPalette } from '../../components/chart-palette.ts';
import { formatLatency, formatPercent, formatPlural } from '../../components/formatting.ts';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { useClasses } from '../annotation/use-classes.ts';
import { modelReference } from '../registry/model-reference.ts';
import classes from './TryItPanel.module.css';

interface TryItPanelProps {
  readonly versions: readonly ModelVersion[];
  readonly champion: number | null;
}

export function TryItPanel({ versions, champion }: TryItPanelProps) {
  const first = versions.find(({ version }) => version === champion) ?? versions[0];
  const [reference, setReference] = useState(first === undefined ? '' : modelReference(first));
  const [picture, setPicture] = useState<File | null>(null);
  const predict = useMutation({
    mutationFn: (ask: { image: File; model: string }) => uploadClient.deployment.predict(ask),
  });
  const boxes = predict.isError ? undefined : boxesOf(predict.data);
  const ask = (image: File | null, model: string): void => {
    if (image !== null) predict.mutate({ image, model });
  };
  return (
    <Panel
      title="Try it"
      testId="try-it"
      actions={
        <Select
          w={190}
          aria-label="Version that answers"
          data={versions.map((version) => ({
            value: modelReference(version),
            label: `v${version.version}${version.version === champion ? ', champion' : ''}`,
          }))}
          value={reference}
          onChange={(value) => {
            setReference(value ?? '');
            ask(picture, value ?? '');
          }}
        />
      }
    >
      <div className={classes.layout} data-wide={boxes !== undefined || undefined}>
        <PictureDrop
          picture={picture}
          boxes={boxes}
          onPicture={(file) => {
            setPicture(file);
            ask(file, reference);
          }}
        />
        <div className={classes.answer} aria-live="polite">
          {predict.isError && (
            <Notice tone="bad" title="No prediction">
              {errorMessage(predict.error)}
            </Notice>
          )}
          {predict.data !== undefined && !predict.isError && <PredictionBars prediction={predict.data} />}
          {predict.isIdle && <p className={classes.hint}>The picture is not kept: it is only looked at.</p>}
        </div>
      </div>
    </Panel>
  );
}

interface PictureDropProps {
  readonly picture: File | null;
  /** What a detector found on it. */
  readonly boxes: DetectionPrediction | undefined;
  readonly onPicture: (file: File) => void;
}

function PictureDrop({ picture, boxes, onPicture }: PictureDropProps) {
  const url = useObjectUrl(picture);
  const [isUnshowable, setUnshowable] = useState(false);
  return (
    <Dropzone
      className={classes.drop}
      multiple={false}
      onDrop={([file]) => {
        setUnshowable(false);
        if (file !== undefined) onPicture(file);
      }}
      inputProps={{ 'aria-label': 'Picture to try' }}
      data-own-drop
      data-testid="try-it-drop"
    >
      {url === null || isUnshowable ? (
        <span className={classes.invitation}>
          <ImageUp size={30} strokeWidth={1.5} aria-hidden />
          {picture === null
            ? 'Drop one picture or press to choose it'
            : `${picture.name} can not be shown here`}
        </span>
      ) : boxes !== undefined ? (
        <DrawnBoxes url={url} name={picture?.name ?? ''} prediction={boxes} />
      ) : (
        <img
          src={url}
          alt={picture?.name ?? ''}
          className={classes.picture}
          onError={() => setUnshowable(true)}
        />
      )}
    </Dropzone>
  );
}

interface DrawnBoxesProps {
  readonly url: string;
  readonly name: string;
  readonly prediction: DetectionPrediction;
}

function DrawnBoxes({ url, name, prediction }: DrawnBoxesProps) {
  const { colorOf } = useClasses();
  const palette = useChartPalette();
  const { boxes, width, height } = prediction;
  const names = [...new Set(boxes.map(({ className }) => className))];
  const drawn = boxes.map(({ className, score, ...place }, index) => ({
    ...place,
    key: String(index),
    color: colorOf(className) ?? lineColor(palette, names.indexOf(className)),
    label: `${className} ${score.toFixed(2)}`,
    shortLabel: score.toFixed(2),
    isDashed: false,
    isFaint: false,
  }));
  const alt = `${name}: ${formatPlural(boxes.length, 'box', 'boxes')}`;
  return (
    <div className={classes.found}>
      <BoxPicture src={url} alt={alt} width={width} height={height} boxes={drawn.toReversed()} />
    </div>
  );
}

function PredictionBars({ prediction }: { readonly prediction: Prediction }) {
  if (prediction.task === 'detection') return <FoundBoxes prediction={prediction} />;
  return (
    <div data-testid="prediction">
      <p className={classes.label}>
        <strong>{prediction.label}</strong> {formatPercent(prediction.score)}
      </p>
      <ul className={classes.bars}>
        {prediction.probabilities.slice(0, 8).map(({ label, score }) => (
          <li key={label}>
            <span className={classes.name}>{label}</span>
            <span className={classes.track}>
              <span className={classes.fill} style={{ width: `${score * 100}%` }} />
            </span>
            <span className={classes.score}>{formatPercent(score)}</span>
          </li>
        ))}
      </ul>
      <p className={classes.hint}>
        {prediction.model} v{prediction.version}, {formatLatency(prediction.latencyMs)}
      </p>
    </div>
  );
}

function boxesOf(prediction: Prediction | undefined): DetectionPrediction | undefined {
  return prediction !== undefined && 'boxes' in prediction ? prediction : undefined;
}

/** How many of each class, the surest of each. */
function FoundBoxes({ prediction }: { readonly prediction: DetectionPrediction }) {
  const groups = Map.groupBy(prediction.boxes, ({ className }) => className);
  return (
    <div data-testid="prediction">
      <p className={classes.label}>
        <strong>{formatPlural(prediction.boxes.length, 'box', 'boxes')}</strong>
      </p>
      <ul className={classes.bars}>
        {[...groups].map(([className, boxes]) => (
          <li key={className}>
            <span className={classes.name}>{className}</span>
            <span>{boxes.length}</span>
            <span className={classes.score}>up to {formatPercent(boxes[0]?.score ?? 0)}</span>
          </li>
        ))}
      </ul>
      <p className={classes.hint}>
        {prediction.model} v{prediction.version}, {formatLatency(prediction.latencyMs)}
      </p>
    </div>
  );
}

/** A URL of the file for as long as it is shown. */
function useObjectUrl(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (file === null) return setUrl(null);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
